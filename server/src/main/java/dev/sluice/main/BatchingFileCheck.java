package dev.sluice.main;

import dev.sluice.config.BatchingParameters;
import dev.sluice.config.ConfigException;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableDecorator;
import dev.sluice.servable.ServingException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Refuses a version whose own batching parameters are wrong (config.md §8.6); changes nothing about
 * the others.
 *
 * @param processors how many CPUs there are
 */
record BatchingFileCheck(int processors) implements ServableDecorator {
  private static final String FILE = "batching_params.pbtxt";

  @Override
  public Servable decorate(ModelVersion version, Servable servable) throws ServingException {
    Path file = version.path().resolve(FILE);
    if (Files.exists(file)) {
      try {
        BatchingParameters.read(file, processors);
      } catch (ConfigException e) {
        throw new ServingException(e.code(), e.text());
      }
    }
    return servable;
  }
}
