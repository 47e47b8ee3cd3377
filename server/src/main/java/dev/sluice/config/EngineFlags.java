package dev.sluice.config;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Flags of warm-up, batching and answering. Filled in by picocli. */
final class EngineFlags {
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
      description =
          "true: batches are made as the reference makes them, by its parameters. false: none."
              + " Without this flag they make themselves of what waits.")
  @Nullable Boolean enableBatching;

  @Option(
      names = "--batching_parameters_file",
      description = "BatchingParameters text proto; without it: the defaults.")
  String batchingParametersFile = "";

  @Option(
      names = "--enable_per_model_batching_parameters",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      description =
          "Read batching_params.pbtxt in version directories; versions without one are not batched.")
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

  /** What a file of all settings says in place of a file of parameters; no flag. */
  Optional<dev.sluice.protos.serving.BatchingParameters> parameters = Optional.empty();

  ServerSettings.Warmup warmup() {
    return new ServerSettings.Warmup(enableModelWarmup, Math.max(numRequestIterationsForWarmup, 0));
  }

  ServerSettings.Batching batching(int processors) throws ConfigException {
    BatchingMode mode = BatchingMode.of(enableBatching);
    if (mode != BatchingMode.TFS && !batchingParametersFile.isEmpty()) {
      throw ConfigException.invalid(
          "server_options.batching_parameters_file is set without setting"
              + " server_options.enable_batching to true.");
    }
    Optional<Path> file = Checks.path("batching_parameters_file", batchingParametersFile);
    return new ServerSettings.Batching(
        mode,
        file.isPresent()
            ? BatchingParameters.read(file.get(), processors)
            : inlineParameters(mode, processors),
        enablePerModelBatchingParameters);
  }

  private BatchingParameters inlineParameters(BatchingMode mode, int processors)
      throws ConfigException {
    return mode == BatchingMode.TFS && parameters.isPresent()
        ? BatchingParameters.of(parameters.get(), processors)
        : BatchingParameters.defaults(processors);
  }

  ServerSettings.Answers answers() {
    return new ServerSettings.Answers(
        enableSignatureMethodNameCheck, enableSerializationAsTensorContent);
  }
}
