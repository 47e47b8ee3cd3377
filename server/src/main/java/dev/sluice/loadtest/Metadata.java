package dev.sluice.loadtest;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.ModelMetadata;
import dev.sluice.loadtest.wire.AnswerBytes;
import dev.sluice.protos.serving.GetModelMetadataRequest;
import dev.sluice.protos.serving.GetModelMetadataResponse;
import dev.sluice.protos.serving.SignatureDefMap;
import java.util.List;
import java.util.OptionalLong;

/** Asks the server which signatures the model has. */
final class Metadata {
  private static final String SIGNATURES = "signature_def";

  private final Target target;
  private final Asker asker;

  Metadata(Target target, Asker asker) {
    this.target = target;
    this.asker = asker;
  }

  /**
   * Returns what the server says.
   *
   * @throws BenchException if it cannot be reached, or has no such model
   */
  ModelInfo fetch() throws BenchException, InterruptedException {
    Reply reply = asker.ask(Wires.Method.METADATA, List.of(request())).getFirst();
    if (!reply.outcome().isOk()) {
      String code = reply.outcome().code();
      String reason = HttpText.explain(reply.outcome());
      throw new BenchException(
          code.equals("NOT_FOUND") || code.equals("HTTP 404")
              ? "%s has no model %s: %s".formatted(target.server(), name(), reason)
              : "%s does not describe the model %s: %s".formatted(target.server(), name(), reason));
    }
    try {
      return switch (target.protocol()) {
        case REST -> ofJson(reply.answer());
        case GRPC -> ofProto(reply.answer());
      };
    } catch (InvalidProtocolBufferException | InputException e) {
      throw new BenchException(
          "%s answers no model metadata; is it a model server?".formatted(target.server()));
    }
  }

  private String name() {
    StringBuilder name = new StringBuilder(target.model());
    target.version().ifPresent(number -> name.append(", version ").append(number));
    target.label().ifPresent(label -> name.append(", label ").append(label));
    return name.toString();
  }

  private byte[] request() {
    return switch (target.protocol()) {
      case REST -> HttpText.get(target, target.modelPath() + "/metadata");
      case GRPC ->
          GetModelMetadataRequest.newBuilder()
              .setModelSpec(target.spec())
              .addMetadataField(SIGNATURES)
              .build()
              .toByteArray();
    };
  }

  private static ModelInfo ofProto(AnswerBytes answer) throws InvalidProtocolBufferException {
    GetModelMetadataResponse response = GetModelMetadataResponse.parseFrom(answer.toArray());
    Any signatures = response.getMetadataOrDefault(SIGNATURES, Any.getDefaultInstance());
    return new ModelInfo(
        response.getModelSpec().hasVersion()
            ? OptionalLong.of(response.getModelSpec().getVersion().getValue())
            : OptionalLong.empty(),
        SignatureDefMap.parseFrom(signatures.getValue()));
  }

  private static ModelInfo ofJson(AnswerBytes answer) throws InputException {
    ModelMetadata metadata = ModelMetadata.ofJson(answer.text());
    return new ModelInfo(metadata.version(), metadata.signatures());
  }
}
