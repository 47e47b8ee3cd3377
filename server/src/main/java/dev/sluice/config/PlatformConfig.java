package dev.sluice.config;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.sluice.protos.serving.PlatformConfigMap;
import dev.sluice.protos.serving.SavedModelBundleSourceAdapterConfig;
import dev.sluice.protos.serving.SessionBundleConfig;
import dev.sluice.protos.tensorflow.ConfigProto;
import java.nio.file.Path;
import java.util.List;

/**
 * What a platform file says (config.md §1.2): all that would otherwise come from the flags of
 * sessions, warm-up and batching.
 */
record PlatformConfig(
    List<String> tags,
    ConfigProto session,
    ServerSettings.Warmup warmup,
    ServerSettings.Batching batching) {
  private static final String TENSORFLOW = "tensorflow";

  /**
   * Reads a PlatformConfigMap in text format.
   *
   * @throws ConfigException with the file and the key that is wrong
   */
  static PlatformConfig read(Path file, int processors) throws ConfigException {
    PlatformConfigMap.Builder message = PlatformConfigMap.newBuilder();
    TextProtoFile.read(file, message);
    for (String platform : message.getPlatformConfigsMap().keySet()) {
      if (!platform.equals(TENSORFLOW)) {
        throw invalid(file, "platform %s is not known; expected tensorflow".formatted(platform));
      }
    }
    if (!message.containsPlatformConfigs(TENSORFLOW)) {
      throw invalid(file, "platform_configs has no entry for tensorflow");
    }
    Any any = message.getPlatformConfigsOrThrow(TENSORFLOW).getSourceAdapterConfig();
    try {
      return of(
          any.unpack(SavedModelBundleSourceAdapterConfig.class).getLegacyConfig(), processors);
    } catch (InvalidProtocolBufferException e) {
      throw invalid(
          file,
          "source_adapter_config of platform tensorflow is a %s; expected %s"
              .formatted(
                  any.getTypeUrl(),
                  SavedModelBundleSourceAdapterConfig.getDescriptor().getFullName()));
    } catch (ConfigException e) {
      throw invalid(file, "batching_parameters: " + e.text());
    }
  }

  private static PlatformConfig of(SessionBundleConfig config, int processors)
      throws ConfigException {
    boolean batches = config.hasBatchingParameters();
    return new PlatformConfig(
        config.getSavedModelTagsCount() == 0 ? List.of("serve") : config.getSavedModelTagsList(),
        config.getSessionConfig(),
        new ServerSettings.Warmup(
            config.getEnableModelWarmup(),
            Math.max(config.getModelWarmupOptions().getNumRequestIterations().getValue(), 0)),
        new ServerSettings.Batching(
            batches ? BatchingMode.TFS : BatchingMode.AUTO,
            batches
                ? BatchingParameters.of(config.getBatchingParameters(), processors)
                : BatchingParameters.defaults(processors),
            false));
  }

  private static ConfigException invalid(Path file, String problem) {
    return ConfigException.invalid("%s: %s".formatted(file, problem));
  }
}
