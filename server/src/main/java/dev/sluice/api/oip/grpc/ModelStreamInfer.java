package dev.sluice.api.oip.grpc;

import dev.sluice.api.grpc.StreamEncoding;
import dev.sluice.api.oip.wire.ModelInferAnswer;
import dev.sluice.protos.inference.ModelInferResponse;
import dev.sluice.protos.inference.ModelStreamInferResponse;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** {@code ModelStreamInfer}: how the requests of a stream are answered, one by one. */
final class ModelStreamInfer implements StreamEncoding<InferRequest, ModelInferAnswer> {
  @Override
  public byte[] answer(ModelInferAnswer response) {
    return response.streamed();
  }

  @Override
  public byte[] failure(Status status, @Nullable InferRequest request) {
    String text = status.getDescription();
    ModelStreamInferResponse.Builder message =
        ModelStreamInferResponse.newBuilder()
            .setErrorMessage(text == null ? status.getCode().name() : text);
    if (request != null) {
      message.setInferResponse(ModelInferResponse.newBuilder().setId(request.head().id()));
    }
    return message.build().toByteArray();
  }
}
