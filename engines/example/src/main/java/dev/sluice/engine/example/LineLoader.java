package dev.sluice.engine.example;

import dev.sluice.engine.Loader;
import dev.sluice.engine.ResourceEstimate;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Loads one version. A failed load leaves nothing behind, since nothing but memory of Java's is
 * taken.
 */
final class LineLoader implements Loader {
  private final ModelVersion version;
  private final Path file;

  LineLoader(ModelVersion version, Path file) {
    this.version = version;
    this.file = file;
  }

  @Override
  public ResourceEstimate estimate() throws ServingException {
    try {
      return new ResourceEstimate(Files.size(file));
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  @Override
  public Servable load() throws ServingException {
    String text;
    try {
      text = Files.readString(file).strip();
    } catch (IOException e) {
      throw unreadable(e);
    }
    String[] numbers = text.split("\\s+", -1);
    try {
      if (numbers.length == 2) {
        float slope = Float.parseFloat(numbers[0]);
        return new LineServable(version.id(), slope, Float.parseFloat(numbers[1]));
      }
    } catch (NumberFormatException e) {
      // What was expected is said below.
    }
    throw ServingException.invalidArgument(
        "Cannot load %s from %s: expected a slope and an offset, found '%s'"
            .formatted(version.id(), file, text));
  }

  private ServingException unreadable(IOException cause) {
    return new ServingException(
        Code.NOT_FOUND, "Cannot read %s of %s: %s".formatted(file, version.id(), cause));
  }

  @Override
  public void unload() {}
}
