package dev.sluice.api.tfs;

import com.google.protobuf.MessageLite;
import dev.sluice.api.grpc.GrpcMethod;
import dev.sluice.api.tfs.wire.InferenceRequestHead;
import dev.sluice.api.tfs.wire.ModelSpecHead;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.predict.Answer;
import dev.sluice.predict.Call;
import dev.sluice.predict.Predictor;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Tensor;
import java.util.List;

/** {@code PredictionService/Classify} and {@code /Regress} (grpc.md §6, §7). */
final class GrpcExamples implements GrpcMethod<ExampleRequest, MessageLite> {
  private final Predictor predictor;
  private final ExampleMethod method;
  private final boolean checkMethodName;

  GrpcExamples(Predictor predictor, ExampleMethod method, PredictOptions options) {
    this.predictor = predictor;
    this.method = method;
    this.checkMethodName = options.checkMethodName();
  }

  @Override
  public ExampleRequest scan(MessageBytes message) throws MalformedMessageException {
    return new ExampleRequest(InferenceRequestHead.scan(message));
  }

  @Override
  public String model(ExampleRequest request) {
    return request.model();
  }

  @Override
  public Call open(ExampleRequest request, Answer answer) throws ServingException {
    ModelSpecHead spec = spec(request);
    return predictor.open(spec.model(), spec.version(), answer);
  }

  private static ModelSpecHead spec(ExampleRequest request) throws ServingException {
    ModelSpecHead spec = request.head().tasks().getFirst().spec();
    if (spec == null) {
      throw ModelSpecs.missing();
    }
    return spec;
  }

  @Override
  public void fill(Call call, ExampleRequest request)
      throws ServingException, MalformedMessageException {
    String key = spec(request).signature();
    request.setTasks(List.of(Examples.select(call, method, key, checkMethodName)));
    request.fill(call);
  }

  @Override
  public MessageLite answer(Call call, ExampleRequest request, Tensor[] outputs)
      throws ServingException {
    ExampleTask task = request.tasks().getFirst();
    return task.result(outputs, Examples.count(call))
        .response(ModelSpecs.effective(call.id(), task.signature()));
  }

  @Override
  public int size(MessageLite response) {
    return response.getSerializedSize();
  }
}
