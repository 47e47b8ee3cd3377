package dev.sluice.main;

import dev.sluice.config.ConfigException;
import dev.sluice.config.ModelServerConfigReader;
import dev.sluice.config.ModelsConfig;
import dev.sluice.config.ModelsValidator;
import dev.sluice.config.ServerSettings;
import dev.sluice.config.folder.ModelRepository;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where the list of models comes from. It is read at the start by the starting thread, and then
 * again by the one that polls.
 *
 * @param name for messages
 * @param pollPeriod how often it is read again; empty: never
 */
record ModelsOrigin(String name, Optional<Duration> pollPeriod, Reader reader) {
  /** Reads the list. */
  @FunctionalInterface
  interface Reader {
    /**
     * Returns the models that are wanted now.
     *
     * @param current what is in force, {@link ModelsConfig#NOTHING} at first
     */
    ModelsConfig read(ModelsConfig current) throws ConfigException;
  }

  /** Returns what the settings say. */
  static ModelsOrigin of(
      ServerSettings.Models settings, ModelsValidator validator, Consumer<String> warnings) {
    return switch (settings.origin()) {
      case ServerSettings.Origin.ConfigFile(var file) -> {
        ModelServerConfigReader files = new ModelServerConfigReader(validator);
        yield new ModelsOrigin(
            file.toString(), settings.configPollPeriod(), current -> files.read(file, current));
      }
      case ServerSettings.Origin.Single(var model) ->
          new ModelsOrigin(
              model.name(), Optional.empty(), current -> new ModelsConfig(true, List.of(model)));
      case ServerSettings.Origin.Repository(var roots) -> {
        ModelRepository repository = new ModelRepository(roots, warnings);
        yield new ModelsOrigin(
            "--model_repository",
            Optional.of(settings.versionPollPeriod()).filter(Duration::isPositive),
            current -> repository.scan());
      }
    };
  }
}
