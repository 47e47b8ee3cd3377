package dev.sluice.api.oip.grpc;

import dev.sluice.api.grpc.GrpcMethod;
import dev.sluice.api.oip.InferChecks;
import dev.sluice.api.oip.InferInputs;
import dev.sluice.api.oip.InferOptions;
import dev.sluice.api.oip.OutputPlan;
import dev.sluice.api.oip.Parameters;
import dev.sluice.api.oip.RegionSlice;
import dev.sluice.api.oip.SharedMemory;
import dev.sluice.api.oip.Versions;
import dev.sluice.api.oip.wire.ModelInferAnswer;
import dev.sluice.api.oip.wire.ModelInferRequestHead;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.predict.Answer;
import dev.sluice.predict.Call;
import dev.sluice.predict.Predictor;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Tensor;
import io.grpc.MethodDescriptor;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code ModelInfer}: head first, then the values straight into the engine's memory, then the run.
 */
final class ModelInfer implements GrpcMethod<InferRequest, ModelInferAnswer> {
  private final Predictor predictor;
  private final SharedMemory regions;

  ModelInfer(Predictor predictor, SharedMemory regions) {
    this.predictor = predictor;
    this.regions = regions;
  }

  /** Returns how responses are written: from the tensors, when the transport drains the stream. */
  static MethodDescriptor.Marshaller<ModelInferAnswer> responses() {
    return new ResponseMarshaller();
  }

  @Override
  public InferRequest scan(MessageBytes message)
      throws MalformedMessageException, ServingException {
    return new InferRequest(ModelInferRequestHead.scan(message));
  }

  @Override
  public String model(InferRequest request) {
    return request.head().model();
  }

  @Override
  public Call open(InferRequest request, Answer answer) throws ServingException {
    String model = request.head().model();
    InferChecks.modelName(model);
    return predictor.open(model, Versions.choice(model, request.head().version()), answer);
  }

  @Override
  public void fill(Call call, InferRequest request)
      throws ServingException, MalformedMessageException {
    ModelInferRequestHead head = request.head();
    Parameters parameters = head.parameters();
    InferInputs inputs = InferInputs.begin(call, InferOptions.of(parameters));
    request.plan(OutputPlan.select(call, head.outputs()), parameters);
    head.decode(inputs, regions);
  }

  @Override
  public ModelInferAnswer answer(Call call, InferRequest request, Tensor[] tensors)
      throws ServingException {
    List<ModelInferAnswer.Output> outputs = new ArrayList<>(tensors.length);
    for (int i = 0; i < tensors.length; i++) {
      outputs.add(output(call, request.plan(), i, tensors[i]));
    }
    return new ModelInferAnswer(
        call.id(), request.head().id(), outputs, request.typed(), request.finalResponse());
  }

  @Override
  public int size(ModelInferAnswer response) {
    return response.size();
  }

  private ModelInferAnswer.Output output(Call call, OutputPlan plan, int index, Tensor tensor)
      throws ServingException {
    String name = call.signature().outputs().get(call.outputs()[index]).name();
    Tensor view = plan.view(call, index, tensor);
    RegionSlice region = plan.region(index);
    long written = region == null ? 0 : regions.write(region, name, view);
    return new ModelInferAnswer.Output(name, view, region, written);
  }

  private static final class ResponseMarshaller
      implements MethodDescriptor.Marshaller<ModelInferAnswer> {
    @Override
    public ModelInferAnswer parse(InputStream stream) {
      throw new UnsupportedOperationException("a server receives no answers");
    }

    @Override
    public InputStream stream(ModelInferAnswer value) {
      return value.stream();
    }
  }
}
