package dev.sluice.main;

import dev.sluice.config.ConfigException;
import dev.sluice.config.ModelServerConfigReader;
import dev.sluice.config.ModelsConfig;
import dev.sluice.config.ModelsValidator;
import dev.sluice.config.ServerSettings;
import dev.sluice.config.folder.ModelRepository;
import dev.sluice.config.yaml.FileModels;
import dev.sluice.engine.SettingsSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where the list of models comes from. It is read at the start by the starting thread, and then
 * again by the one that polls.
 *
 * @param name for messages
 * @param kind what it is, for messages
 * @param pollPeriod how often it is read again; empty: never
 * @param settings what it says of single models, beside that they are there
 * @param hurry is called before a look that the operator has asked for
 */
record ModelsOrigin(
    String name,
    String kind,
    Optional<Duration> pollPeriod,
    Reader reader,
    SettingsSource settings,
    Runnable hurry) {
  private static final Duration NEVER = Duration.ofDays(36_500);

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

  /** Creates an origin that says nothing of single models but that they are there. */
  ModelsOrigin(String name, Optional<Duration> pollPeriod, Reader reader) {
    this(name, "ModelServerConfig file", pollPeriod, reader, SettingsSource.NOTHING, () -> {});
  }

  /** Returns what the settings say. */
  static ModelsOrigin of(
      ServerSettings.Models settings, ModelsValidator validator, Consumer<String> warnings) {
    Optional<Duration> versionPoll =
        Optional.of(settings.versionPollPeriod()).filter(Duration::isPositive);
    return switch (settings.origin()) {
      case ServerSettings.Origin.ConfigFile(var file) -> {
        ModelServerConfigReader files = new ModelServerConfigReader(validator);
        yield new ModelsOrigin(
            file.toString(), settings.configPollPeriod(), current -> files.read(file, current));
      }
      case ServerSettings.Origin.YamlFile(var file) -> {
        FileModels models = new FileModels(file, System::getenv, validator, warnings);
        yield new ModelsOrigin(
            file.toString(),
            "models of the configuration",
            // Without a period only SIGHUP makes it look.
            settings.configPollPeriod().or(() -> versionPoll).or(() -> Optional.of(NEVER)),
            models::read,
            models.settings(),
            models::lookNow);
      }
      case ServerSettings.Origin.Single(var model) ->
          new ModelsOrigin(
              model.name(), Optional.empty(), current -> new ModelsConfig(true, List.of(model)));
      case ServerSettings.Origin.Repository(var roots) -> {
        ModelRepository repository = new ModelRepository(roots, warnings);
        yield new ModelsOrigin("--model_repository", versionPoll, current -> repository.scan());
      }
    };
  }
}
