package dev.sluice.loadtest;

import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.JsonInput;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.TensorJson;
import dev.sluice.loadtest.LoadSettings.Input;
import dev.sluice.loadtest.input.RandomInput;
import dev.sluice.loadtest.input.TensorBytes;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.tensorflow.SignatureDef;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes the requests, from the signature or from a file. */
final class PayloadMaker {
  private final Target target;
  private final Optional<String> signature;
  private final Input input;

  PayloadMaker(Target target, Optional<String> signature, Input input) {
    this.target = target;
    this.signature = signature;
    this.input = input;
  }

  /**
   * Returns what to send to a model.
   *
   * @throws BenchException if the signature is unknown, the file cannot be used, or values cannot
   *     be made
   */
  Payload make(ModelInfo model) throws BenchException {
    try {
      return input.file().isPresent()
          ? fromFile(RequestFile.read(input.file().get()), input.file().get(), model)
          : random(model);
    } catch (InputException e) {
      throw BenchException.of(e);
    }
  }

  private Payload random(ModelInfo model) throws BenchException, InputException {
    String name = signature.orElse(ModelInfo.DEFAULT_SIGNATURE);
    SignatureDef definition = model.signature(name);
    RandomInput maker = new RandomInput(input.seed(), input.batch());
    List<byte[]> bodies = new ArrayList<>();
    for (int i = 0; i < input.count(); i++) {
      List<NamedTensor> tensors = maker.make(definition);
      bodies.add(
          switch (target.protocol()) {
            case REST ->
                TensorJson.request(signature.orElse(""), tensors).getBytes(StandardCharsets.UTF_8);
            case GRPC -> TensorBytes.request(spec(signature), tensors).toByteArray();
          });
    }
    int rows = input.batch().orElse(1);
    String text =
        "%s made from the signature (seed %d, %d row%s)"
            .formatted(
                input.count() == 1 ? "one request" : input.count() + " requests",
                input.seed(),
                rows,
                rows == 1 ? "" : "s");
    return payload(bodies, definition.getOutputsMap().keySet(), name, text);
  }

  private ModelSpec spec(Optional<String> signatureName) {
    ModelSpec.Builder spec = target.spec();
    signatureName.ifPresent(spec::setSignatureName);
    return spec.build();
  }

  private Payload fromFile(RequestFile file, Path path, ModelInfo model) throws BenchException {
    String named =
        switch (file) {
          case RequestFile.Json json -> json.signature();
          case RequestFile.Proto(var request) -> request.getModelSpec().getSignatureName();
        };
    String name = signature.orElse(named.isEmpty() ? ModelInfo.DEFAULT_SIGNATURE : named);
    SignatureDef definition = model.signature(name);
    Set<String> outputs = definition.getOutputsMap().keySet();
    return switch (target.protocol()) {
      case REST -> payload(List.of(rest(file, named)), outputs, name, path.toString());
      case GRPC -> {
        PredictRequest request = grpc(file, path, named, definition);
        yield payload(
            List.of(request.toByteArray()),
            request.getOutputFilterCount() == 0
                ? outputs
                : Set.copyOf(request.getOutputFilterList()),
            name,
            path.toString());
      }
    };
  }

  /** Returns the file's own bytes, unless another signature is asked for. */
  private byte[] rest(RequestFile file, String named) throws BenchException {
    return switch (file) {
      case RequestFile.Json json ->
          signature.isEmpty() || signature.get().equals(named)
              ? json.text().getBytes(StandardCharsets.UTF_8)
              : json.withSignature(signature.get()).getBytes(StandardCharsets.UTF_8);
      case RequestFile.Proto _ ->
          throw new BenchException(
              "--input: a binary PredictRequest goes over gRPC only: --protocol=grpc");
    };
  }

  private PredictRequest grpc(RequestFile file, Path path, String named, SignatureDef definition)
      throws BenchException {
    Optional<String> asked =
        signature.isEmpty() && !named.isEmpty() ? Optional.of(named) : signature;
    return switch (file) {
      case RequestFile.Json json -> {
        try {
          yield TensorBytes.request(spec(asked), JsonInput.read(json.body(), definition));
        } catch (InputException e) {
          throw new BenchException("--input=%s: %s".formatted(path, e.getMessage()));
        }
      }
      case RequestFile.Proto(var request) -> request.toBuilder().setModelSpec(spec(asked)).build();
    };
  }

  private Payload payload(List<byte[]> bodies, Set<String> outputs, String name, String text) {
    List<byte[]> messages =
        switch (target.protocol()) {
          case REST -> {
            String path = target.modelPath() + ":predict";
            yield bodies.stream().map(body -> HttpText.post(target, path, body)).toList();
          }
          case GRPC -> bodies;
        };
    return new Payload(
        messages, bodies.getFirst().length, outputs, name, input.file().isEmpty(), text);
  }
}
