package dev.sluice.config;

import dev.sluice.health.RequiredModels;
import dev.sluice.lifecycle.AvailabilityPreservingPolicy;
import dev.sluice.lifecycle.ManagerOptions;
import dev.sluice.lifecycle.ResourcePreservingPolicy;
import dev.sluice.lifecycle.VersionPolicy;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServingException;
import dev.sluice.source.BasePaths;
import dev.sluice.source.VersionSelection;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Flags of what is served, and of loading it. Filled in by picocli. */
final class ModelFlags {
  private static final String AVAILABILITY = "availability_preserving";
  private static final String RESOURCE = "resource_preserving";

  @Option(names = "--model_name", description = "Name of the single model.")
  String modelName = "default";

  @Option(names = "--model_base_path", description = "Directory with the single model's versions.")
  String modelBasePath = "";

  @Option(
      names = "--model_config_file",
      description =
          "ModelServerConfig text proto; then the two flags of a single model are ignored.")
  String modelConfigFile = "";

  @Option(
      names = "--model_repository",
      split = ",",
      description =
          "Directories of which each sub-directory is a model; found, loaded and unloaded as they"
              + " come and go.")
  List<String> modelRepository = new ArrayList<>();

  @Option(
      names = "--model_config_file_poll_wait_seconds",
      description = "Read that file again so often; 0: never.")
  int modelConfigFilePollWaitSeconds;

  @Option(
      names = "--file_system_poll_wait_seconds",
      description = "Look for versions so often; 0: once, negative: never.")
  int fileSystemPollWaitSeconds = 1;

  @Option(
      names = "--allow_version_labels_for_unavailable_models",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      description = "Let new labels point to versions that are not loaded yet.")
  boolean allowVersionLabelsForUnavailableModels;

  @Option(
      names = "--num_load_threads",
      description = "How many versions load at once; 0 lets Sluice choose.")
  int numLoadThreads;

  @Option(
      names = "--num_unload_threads",
      description = "How many versions are freed at once; 0: no bound.")
  int numUnloadThreads;

  @Option(names = "--max_num_load_retries", description = "How often a failed load is tried again.")
  int maxNumLoadRetries = 5;

  @Option(
      names = "--load_retry_interval_micros",
      description = "Pause before each further try; negative: none.")
  long loadRetryIntervalMicros = 60_000_000;

  @Option(
      names = "--version_policy",
      description =
          "How versions replace each other: availability_preserving loads the new one first,"
              + " resource_preserving unloads the old one first.")
  String versionPolicy = AVAILABILITY;

  /** True if models are listed by the reference's rules; no flag. */
  boolean byReference;

  /** The file that lists the models, if it is one that also has the settings; no flag. */
  Optional<Path> yaml = Optional.empty();

  ServerSettings.Models models() throws ConfigException {
    return new ServerSettings.Models(
        origin(),
        modelConfigFilePollWaitSeconds > 0
            ? Optional.of(Duration.ofSeconds(modelConfigFilePollWaitSeconds))
            : Optional.empty(),
        Duration.ofSeconds(fileSystemPollWaitSeconds),
        allowVersionLabelsForUnavailableModels,
        byReference);
  }

  private ServerSettings.Origin origin() throws ConfigException {
    Optional<Path> file = Checks.path("model_config_file", modelConfigFile);
    if (!modelRepository.isEmpty()) {
      return repository();
    }
    if (file.isPresent()) {
      return new ServerSettings.Origin.ConfigFile(file.get());
    }
    if (yaml.isPresent() && modelBasePath.isEmpty()) {
      return new ServerSettings.Origin.YamlFile(yaml.get());
    }
    if (modelBasePath.isEmpty()) {
      throw ConfigException.invalid(
          "Both server_options.model_base_path and server_options.model_config_file are empty!"
              + (byReference ? "" : " (And no --model_repository is given.)"));
    }
    try {
      return new ServerSettings.Origin.Single(
          new ModelEntry(
              modelName,
              BasePaths.parse(modelName, modelBasePath),
              ModelVersion.ANY_PLATFORM,
              VersionSelection.DEFAULT,
              Map.of()));
    } catch (ServingException e) {
      throw ConfigException.of(e);
    }
  }

  /** A server of one model is of no use without it; the reference is ready whatever it has. */
  RequiredModels requiredByDefault() {
    boolean isList =
        modelBasePath.isEmpty() || !modelConfigFile.isEmpty() || !modelRepository.isEmpty();
    return byReference || isList ? new RequiredModels.None() : new RequiredModels.All();
  }

  private ServerSettings.Origin repository() throws ConfigException {
    refuseBeside("model_config_file", modelConfigFile);
    refuseBeside("model_base_path", modelBasePath);
    List<Path> roots = new ArrayList<>();
    for (String root : modelRepository) {
      if (root.isBlank() || root.contains("://")) {
        throw ConfigException.invalid(
            "--model_repository=%s: expected local directories, found '%s'"
                .formatted(String.join(",", modelRepository), root));
      }
      Checks.path("model_repository", root)
          .map(Path::toAbsolutePath)
          .map(Path::normalize)
          .filter(path -> !roots.contains(path))
          .ifPresent(roots::add);
    }
    return new ServerSettings.Origin.Repository(roots);
  }

  private void refuseBeside(String flag, String value) throws ConfigException {
    if (!value.isEmpty()) {
      throw ConfigException.invalid(
          "--model_repository=%s and --%s=%s: expected one of them, since each says which models there are"
              .formatted(String.join(",", modelRepository), flag, value));
    }
  }

  ManagerOptions manager() throws ConfigException {
    return new ManagerOptions(
        policy(),
        Checks.atLeast("num_load_threads", numLoadThreads, 0),
        Checks.atLeast("num_unload_threads", numUnloadThreads, 0),
        maxNumLoadRetries,
        Duration.of(loadRetryIntervalMicros, ChronoUnit.MICROS),
        Long.MAX_VALUE);
  }

  private VersionPolicy policy() throws ConfigException {
    return switch (versionPolicy) {
      case AVAILABILITY -> new AvailabilityPreservingPolicy();
      case RESOURCE -> new ResourcePreservingPolicy();
      default ->
          throw ConfigException.invalid(
              "--version_policy=%s: expected %s or %s"
                  .formatted(versionPolicy, AVAILABILITY, RESOURCE));
    };
  }
}
