package dev.sluice.config;

import dev.sluice.engine.EngineOptions;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Flags of running models and of answering. Filled in by picocli. */
final class EngineFlags {
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
      names = "--enable_model_warmup",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      description = "Replay a model's warm-up requests before it is available.")
  boolean enableModelWarmup = true;

  @Option(
      names = "--num_request_iterations_for_warmup",
      description = "How often each warm-up request is replayed.")
  int numRequestIterationsForWarmup;

  @Option(
      names = "--enable_batching",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      description = "Merge requests into batches.")
  boolean enableBatching;

  @Option(names = "--batching_parameters_file", description = "BatchingParameters text proto.")
  String batchingParametersFile = "";

  @Option(
      names = "--enable_per_model_batching_parameters",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      description = "Read batching_params.pbtxt in version directories.")
  boolean enablePerModelBatchingParameters;

  @Option(
      names = "--enable_signature_method_name_check",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      description = "Refuse signatures whose method name does not fit the call.")
  boolean enableSignatureMethodNameCheck;

  @Option(
      names = "--enable_serialization_as_tensor_content",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      description = "Answer gRPC calls with tensor_content.")
  boolean enableSerializationAsTensorContent;

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
    return new EngineOptions(
        tags(),
        separate
            ? threads("tensorflow_intra_op_parallelism", tensorflowIntraOpParallelism)
            : threads(common, tensorflowSessionParallelism),
        separate
            ? threads("tensorflow_inter_op_parallelism", tensorflowInterOpParallelism)
            : threads(common, tensorflowSessionParallelism));
  }

  private Set<String> tags() {
    return Stream.of(savedModelTags.split(",", -1))
        .filter(tag -> !tag.isEmpty())
        .collect(Collectors.toUnmodifiableSet());
  }

  private static int threads(String flag, long threads) throws ConfigException {
    return Checks.inRange(flag, Math.max(threads, 0), 0, Integer.MAX_VALUE);
  }

  ServerSettings.Warmup warmup() {
    return new ServerSettings.Warmup(enableModelWarmup, Math.max(numRequestIterationsForWarmup, 0));
  }

  ServerSettings.Batching batching() throws ConfigException {
    if (!enableBatching && !batchingParametersFile.isEmpty()) {
      throw ConfigException.invalid(
          "server_options.batching_parameters_file is set without setting"
              + " server_options.enable_batching to true.");
    }
    return new ServerSettings.Batching(
        enableBatching,
        Checks.path("batching_parameters_file", batchingParametersFile),
        enablePerModelBatchingParameters);
  }

  ServerSettings.Answers answers() {
    return new ServerSettings.Answers(
        enableSignatureMethodNameCheck, enableSerializationAsTensorContent);
  }
}
