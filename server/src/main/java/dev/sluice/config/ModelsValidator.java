package dev.sluice.config;

import dev.sluice.protos.serving.FileSystemStoragePathSourceConfig.ServableVersionPolicy;
import dev.sluice.protos.serving.ModelConfig;
import dev.sluice.protos.serving.ModelServerConfig;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServingException;
import dev.sluice.source.BasePaths;
import dev.sluice.source.VersionSelection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checks a ModelServerConfig, from a file or from a reload request, by the rules of config.md §2
 * and §5. Everything is checked before anything is returned, so a refused configuration leaves no
 * trace. Thread-safe.
 */
public final class ModelsValidator {
  private static final String TENSORFLOW = "tensorflow";

  private final Set<String> platforms;
  private final boolean byReference;

  /**
   * Creates a validator.
   *
   * @param platforms the platforms that a model may name: {@code tensorflow} and what the engines
   *     present add to it
   * @param byReference true if a model must name one; otherwise its files may say it
   */
  public ModelsValidator(Set<String> platforms, boolean byReference) {
    this.platforms = Set.copyOf(platforms);
    this.byReference = byReference;
  }

  /**
   * Where a configuration is wrong, so that a reader of files can say the line.
   *
   * @param model the index of the model, or -1 if the fault is not a model's
   * @param field the number of the field of ModelConfig, or of ModelServerConfig
   */
  record Fault(int model, int field, ServingException reason) {}

  /** What checking gave. */
  sealed interface Verdict {
    record Accepted(ModelsConfig config) implements Verdict {}

    record Refused(Fault fault) implements Verdict {}
  }

  /**
   * Checks a configuration that would follow another.
   *
   * @param current what is in force, {@link ModelsConfig#NOTHING} at first
   * @return the new configuration; {@code NOTHING} means that nothing is to be done
   * @throws ServingException with the reference's code and text
   */
  public ModelsConfig validate(ModelServerConfig next, ModelsConfig current)
      throws ServingException {
    return switch (check(next, current)) {
      case Verdict.Accepted(ModelsConfig config) -> config;
      case Verdict.Refused(Fault fault) -> throw fault.reason();
    };
  }

  Verdict check(ModelServerConfig next, ModelsConfig current) {
    return switch (next.getConfigCase()) {
      case MODEL_CONFIG_LIST -> checkList(next.getModelConfigList().getConfigList(), current);
      case CONFIG_NOT_SET ->
          current.list()
              ? refused(
                  -1,
                  ModelServerConfig.MODEL_CONFIG_LIST_FIELD_NUMBER,
                  new ServingException(
                      Code.FAILED_PRECONDITION,
                      "Cannot transition to requested config. It is only legal to transition from"
                          + " one ModelConfigList to another."))
              : new Verdict.Accepted(ModelsConfig.NOTHING);
      case CUSTOM_MODEL_CONFIG ->
          refused(
              -1,
              ModelServerConfig.CUSTOM_MODEL_CONFIG_FIELD_NUMBER,
              ServingException.invalidArgument(
                  "custom_model_config is not supported; expected model_config_list"));
    };
  }

  private Verdict checkList(List<ModelConfig> configs, ModelsConfig current) {
    Set<String> names = new HashSet<>();
    List<ModelEntry> models = new ArrayList<>();
    for (int i = 0; i < configs.size(); i++) {
      ModelConfig config = configs.get(i);
      if (!names.add(config.getName())) {
        return refused(
            i,
            ModelConfig.NAME_FIELD_NUMBER,
            ServingException.invalidArgument(
                "Illegal to list model %s multiple times in config list"
                    .formatted(config.getName())));
      }
      int field = ModelConfig.BASE_PATH_FIELD_NUMBER;
      try {
        BasePaths.parse(config.getName(), config.getBasePath());
        field = ModelConfig.MODEL_PLATFORM_FIELD_NUMBER;
        String platform = platform(config, current);
        field = ModelConfig.LOGGING_CONFIG_FIELD_NUMBER;
        refuseLogging(config);
        models.add(entry(config, platform));
      } catch (ServingException e) {
        return refused(i, field, e);
      }
    }
    return new Verdict.Accepted(new ModelsConfig(true, models));
  }

  private static Verdict refused(int model, int field, ServingException reason) {
    return new Verdict.Refused(new Fault(model, field, reason));
  }

  private String platform(ModelConfig config, ModelsConfig current) throws ServingException {
    String platform = declaredPlatform(config);
    if (platform.equals(ModelVersion.ANY_PLATFORM)) {
      return platform;
    }
    Optional<ModelEntry> before = current.model(config.getName());
    if (before.isPresent()
        && !before.get().platform().equals(ModelVersion.ANY_PLATFORM)
        && !before.get().platform().equals(platform)) {
      throw ServingException.invalidArgument(
          ("Illegal to change a model's platform. For model %s platform was %s and new platform"
                  + " requested is %s")
              .formatted(config.getName(), before.get().platform(), platform));
    }
    if (!platforms.contains(platform)) {
      throw ServingException.invalidArgument(
          "Model %s requests unsupported platform %s".formatted(config.getName(), platform)
              + (byReference
                  ? ""
                  : "; engines on the class path have " + new TreeSet<>(platforms)));
    }
    return platform;
  }

  @SuppressWarnings("deprecation") // model_type is deprecated, but old files still hold it.
  private String declaredPlatform(ModelConfig config) throws ServingException {
    int type = config.getModelTypeValue();
    String platform = config.getModelPlatform();
    if (type == 0 && platform.isEmpty() && byReference) {
      throw ServingException.invalidArgument(
          "Illegal setting neither ModelServerConfig::model_type (deprecated) nor"
              + " ModelServerConfig::model_platform, model name is "
              + config.getName());
    }
    if (type != 0 && !platform.isEmpty()) {
      throw ServingException.invalidArgument(
          "Illegal setting both ModelServerConfig::model_type (deprecated) and"
              + " ModelServerConfig::model_platform, model name is "
              + config.getName());
    }
    if (type > 1 || type < 0) {
      throw ServingException.invalidArgument(
          "ModelServerConfig::model_type choice %d not supported.".formatted(type));
    }
    return type == 1 ? TENSORFLOW : platform;
  }

  private static void refuseLogging(ModelConfig config) throws ServingException {
    if (config.hasLoggingConfig()) {
      throw ServingException.invalidArgument("No request-logger-creator provided.");
    }
  }

  private static ModelEntry entry(ModelConfig config, String platform) throws ServingException {
    return new ModelEntry(
        config.getName(),
        BasePaths.parse(config.getName(), config.getBasePath()),
        platform,
        selection(config.getModelVersionPolicy()),
        config.getVersionLabelsMap());
  }

  private static VersionSelection selection(ServableVersionPolicy policy) {
    return switch (policy.getPolicyChoiceCase()) {
      case LATEST -> latest(policy.getLatest().getNumVersions());
      case ALL -> new VersionSelection.All();
      case SPECIFIC -> new VersionSelection.Specific(policy.getSpecific().getVersionsList());
      case POLICYCHOICE_NOT_SET -> VersionSelection.DEFAULT;
    };
  }

  /** The number is unsigned; more versions than an int can count are all versions. */
  private static VersionSelection latest(int unsignedCount) {
    if (unsignedCount == 0) {
      return VersionSelection.DEFAULT;
    }
    return new VersionSelection.Latest(unsignedCount < 0 ? Integer.MAX_VALUE : unsignedCount);
  }
}
