package dev.sluice.config;

import dev.sluice.engine.EngineOptions;
import dev.sluice.protos.tensorflow.ConfigProto;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Flags of what models run on. Filled in by picocli. */
final class SessionFlags {
  @Option(
      names = "--saved_model_tags",
      description = "Tags of the MetaGraph to load, separated by commas.")
  String savedModelTags = "serve";

  @Option(
      names = "--tensorflow_session_parallelism",
      description = "Threads within and across operations; 0 lets the engine choose.")
  long tensorflowSessionParallelism;

  @Option(
      names = "--tensorflow_intra_op_parallelism",
      description = "Threads within an operation; 0 lets the engine choose.")
  long tensorflowIntraOpParallelism;

  @Option(
      names = "--tensorflow_inter_op_parallelism",
      description = "Threads across operations; 0 lets the engine choose.")
  long tensorflowInterOpParallelism;

  @Option(
      names = "--tensorflow_session_config_file",
      description = "tensorflow.ConfigProto text proto; the flags above go before it.")
  String tensorflowSessionConfigFile = "";

  @Option(
      names = "--per_process_gpu_memory_fraction",
      description = "Part of a GPU's memory that TensorFlow takes; 0 lets it choose.")
  float perProcessGpuMemoryFraction;

  @Option(
      names = "--custom_op_libraries",
      description = "Shared libraries with operations to load, separated by commas.")
  String customOpLibraries = "";

  @Option(
      names = "--platform_config_file",
      description =
          "PlatformConfigMap text proto; then the flags of sessions, batching and warm-up are"
              + " ignored.")
  String platformConfigFile = "";

  /** Returns the platform file, if one is given. */
  Optional<PlatformConfig> platform(int processors) throws ConfigException {
    Optional<Path> file = Checks.path("platform_config_file", platformConfigFile);
    return file.isEmpty()
        ? Optional.empty()
        : Optional.of(PlatformConfig.read(file.get(), processors));
  }

  /** Returns the options with what a platform file says of sessions. */
  EngineOptions engine(PlatformConfig platform) throws ConfigException {
    return options(platform.tags(), platform.session(), 0, 0);
  }

  /** Returns the options by the flags alone. */
  EngineOptions engine() throws ConfigException {
    if (tensorflowSessionParallelism > 0
        && tensorflowIntraOpParallelism > 0
        && tensorflowInterOpParallelism > 0) {
      throw ConfigException.invalid(
          "Either configure server_options.tensorflow_session_parallelism or"
              + " (server_options.tensorflow_intra_op_parallelism,"
              + " server_options.tensorflow_inter_op_parallelism) separately. You cannot configure"
              + " all.");
    }
    boolean separate = tensorflowIntraOpParallelism > 0 || tensorflowInterOpParallelism > 0;
    String common = "tensorflow_session_parallelism";
    return options(
        List.of(savedModelTags.split(",", -1)),
        sessionConfig(),
        separate
            ? threads("tensorflow_intra_op_parallelism", tensorflowIntraOpParallelism)
            : threads(common, tensorflowSessionParallelism),
        separate
            ? threads("tensorflow_inter_op_parallelism", tensorflowInterOpParallelism)
            : threads(common, tensorflowSessionParallelism));
  }

  private ConfigProto sessionConfig() throws ConfigException {
    ConfigProto.Builder config = ConfigProto.newBuilder();
    Optional<Path> file =
        Checks.path("tensorflow_session_config_file", tensorflowSessionConfigFile);
    if (file.isPresent()) {
      TextProtoFile.read(file.get(), config);
    }
    if (perProcessGpuMemoryFraction > 0) {
      config.getGpuOptionsBuilder().setPerProcessGpuMemoryFraction(perProcessGpuMemoryFraction);
    }
    return config.build();
  }

  /**
   * Numbers of threads travel apart from the rest, since the engine completes them for each model.
   * A flag that is not given leaves to the file what the reference would overwrite with zero.
   */
  private EngineOptions options(
      Collection<String> tags, ConfigProto config, int intraOp, int interOp)
      throws ConfigException {
    ConfigProto rest =
        config.toBuilder()
            .clearIntraOpParallelismThreads()
            .clearInterOpParallelismThreads()
            .build();
    return new EngineOptions(
        tags.stream().filter(tag -> !tag.isEmpty()).collect(Collectors.toUnmodifiableSet()),
        intraOp > 0 ? intraOp : Math.max(config.getIntraOpParallelismThreads(), 0),
        interOp > 0 ? interOp : config.getInterOpParallelismThreads(),
        ByteBuffer.wrap(rest.toByteArray()),
        libraries());
  }

  private List<Path> libraries() throws ConfigException {
    List<Path> libraries = new ArrayList<>();
    for (String name : Stream.of(customOpLibraries.split(",", -1)).map(String::strip).toList()) {
      Optional<Path> library = Checks.path("custom_op_libraries", name);
      if (library.isPresent() && !Files.isReadable(library.get())) {
        throw ConfigException.invalid(
            "--custom_op_libraries: %s cannot be read; expected a shared library".formatted(name));
      }
      library.map(Path::toAbsolutePath).ifPresent(libraries::add);
    }
    return libraries;
  }

  private static int threads(String flag, long threads) throws ConfigException {
    return Checks.inRange(flag, Math.max(threads, 0), 0, Integer.MAX_VALUE);
  }
}
