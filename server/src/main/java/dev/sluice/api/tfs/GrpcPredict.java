package dev.sluice.api.tfs;

import dev.sluice.api.grpc.GrpcMethod;
import dev.sluice.api.tfs.wire.PredictAnswer;
import dev.sluice.api.tfs.wire.PredictRequestHead;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.predict.Answer;
import dev.sluice.predict.Call;
import dev.sluice.predict.Predictor;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Tensor;
import io.grpc.MethodDescriptor;
import java.io.InputStream;

/**
 * {@code PredictionService/Predict}: head first, then the values straight into the engine's memory,
 * then the run (grpc.md §3, §5).
 */
final class GrpcPredict implements GrpcMethod<PredictRequestHead, PredictAnswer> {
  private final Predictor predictor;
  private final PredictOptions options;

  GrpcPredict(Predictor predictor, PredictOptions options) {
    this.predictor = predictor;
    this.options = options;
  }

  /** Returns how responses are written: from the tensors, when the transport drains the stream. */
  static MethodDescriptor.Marshaller<PredictAnswer> responses() {
    return new ResponseMarshaller();
  }

  @Override
  public PredictRequestHead scan(MessageBytes message) throws MalformedMessageException {
    return PredictRequestHead.scan(message);
  }

  @Override
  public String model(PredictRequestHead head) {
    return head.hasModelSpec() ? head.spec().model() : "";
  }

  @Override
  public Call open(PredictRequestHead head, Answer answer) throws ServingException {
    if (!head.hasModelSpec()) {
      throw ModelSpecs.missing();
    }
    return predictor.open(head.spec().model(), head.spec().version(), answer);
  }

  /** Selects signature and outputs and decodes the inputs, in the reference's order of checks. */
  @Override
  public void fill(Call call, PredictRequestHead head)
      throws ServingException, MalformedMessageException {
    PredictRequests.fill(call, head, options.checkMethodName());
  }

  @Override
  public PredictAnswer answer(Call call, PredictRequestHead head, Tensor[] outputs)
      throws ServingException {
    return PredictAnswer.of(
        call.id(), call.signature(), call.outputs(), outputs, options.tensorContent());
  }

  @Override
  public int size(PredictAnswer response) {
    return response.size();
  }

  private static final class ResponseMarshaller
      implements MethodDescriptor.Marshaller<PredictAnswer> {
    @Override
    public PredictAnswer parse(InputStream stream) {
      throw new UnsupportedOperationException("a server receives no answers");
    }

    @Override
    public InputStream stream(PredictAnswer value) {
      return value.stream();
    }
  }
}
