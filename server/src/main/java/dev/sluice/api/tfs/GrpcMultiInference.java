package dev.sluice.api.tfs;

import com.google.protobuf.MessageLite;
import dev.sluice.api.grpc.GrpcMethod;
import dev.sluice.api.tfs.wire.InferenceRequestHead;
import dev.sluice.api.tfs.wire.ModelSpecHead;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.predict.Answer;
import dev.sluice.predict.Call;
import dev.sluice.predict.Predictor;
import dev.sluice.predict.VersionChoice;
import dev.sluice.protos.serving.InferenceResult;
import dev.sluice.protos.serving.MultiInferenceResponse;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * {@code PredictionService/MultiInference}: several signatures of one model on the same Examples,
 * in one run of the union of them (grpc.md §8).
 */
final class GrpcMultiInference implements GrpcMethod<ExampleRequest, MessageLite> {
  private final Predictor predictor;
  private final List<ExampleMethod> methods;
  private final boolean checkMethodName;
  private final ServingMetrics metrics;

  GrpcMultiInference(
      Predictor predictor,
      List<ExampleMethod> methods,
      PredictOptions options,
      ServingMetrics metrics) {
    this.predictor = predictor;
    this.methods = List.copyOf(methods);
    this.checkMethodName = options.checkMethodName();
    this.metrics = metrics;
  }

  @Override
  public ExampleRequest scan(MessageBytes message) throws MalformedMessageException {
    return new ExampleRequest(InferenceRequestHead.scanMulti(message));
  }

  @Override
  public String model(ExampleRequest request) {
    return request.model();
  }

  /** The first task says which version; what later ones say of it is ignored. */
  @Override
  public Call open(ExampleRequest request, Answer answer) throws ServingException {
    List<InferenceRequestHead.Task> tasks = request.head().tasks();
    ModelSpecHead first = tasks.isEmpty() ? null : tasks.getFirst().spec();
    return predictor.open(
        first == null ? "" : first.model(),
        first == null ? VersionChoice.LATEST : first.version(),
        answer);
  }

  @Override
  public void fill(Call call, ExampleRequest request)
      throws ServingException, MalformedMessageException {
    List<ExampleTask> tasks = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    for (InferenceRequestHead.Task task : request.head().tasks()) {
      tasks.add(task(call, task, keys));
    }
    request.setTasks(tasks);
    select(call, tasks);
    request.fill(call);
    metrics.examples(call.id().model(), request.head().exampleCount());
  }

  private ExampleTask task(Call call, InferenceRequestHead.Task task, Set<String> keys)
      throws ServingException {
    ModelSpecHead spec = task.spec();
    if (spec == null || spec.model().isEmpty()) {
      throw ServingException.invalidArgument("Found ModelSpec with an empty model name.");
    }
    if (!spec.model().equals(call.id().model())) {
      throw ServingException.invalidArgument(
          "All ModelSpecs in a MultiInferenceRequest must access the same model name.");
    }
    String key = Examples.keyOrDefault(spec.signature());
    if (!keys.add(key)) {
      throw ServingException.invalidArgument("Duplicate evaluation of signature: " + key);
    }
    Signature signature = call.servable().signatures().get(key);
    if (signature == null) {
      throw ServingException.invalidArgument(
          "Requested signature not found in model graph: " + key);
    }
    ExampleMethod method = method(task.method());
    if (method == null) {
      throw new ServingException(
          Code.UNIMPLEMENTED, "Unsupported signature method_name: " + task.method());
    }
    return ExampleTask.of(method, signature, call.servable(), checkMethodName);
  }

  private @Nullable ExampleMethod method(String name) {
    for (ExampleMethod method : methods) {
      if (method.methodName().equals(name)) {
        return method;
      }
    }
    return null;
  }

  /** Selects all tasks' signatures, and of their outputs those that the tasks need. */
  private static void select(Call call, List<ExampleTask> tasks) {
    Signature union = Signature.union(tasks.stream().map(ExampleTask::signature).toList());
    Set<Integer> wanted = new TreeSet<>();
    for (ExampleTask task : tasks) {
      for (int output : task.outputs()) {
        wanted.add(union.outputIndex(nativeName(task, output)));
      }
    }
    call.select(union);
    call.selectOutputs(wanted.stream().mapToInt(Integer::intValue).toArray());
  }

  private static String nativeName(ExampleTask task, int output) {
    return task.signature().outputs().get(output).nativeName();
  }

  @Override
  public MessageLite answer(Call call, ExampleRequest request, Tensor[] outputs)
      throws ServingException {
    long examples = Examples.count(call);
    MultiInferenceResponse.Builder response = MultiInferenceResponse.newBuilder();
    for (ExampleTask task : request.tasks()) {
      InferenceResult.Builder result = response.addResultsBuilder();
      result.setModelSpec(ModelSpecs.effective(call.id(), task.signature()));
      task.result(values(call, task, outputs), examples).addTo(result);
    }
    return response.build();
  }

  @Override
  public int size(MessageLite response) {
    return response.getSerializedSize();
  }

  /** Returns those outputs of the run that are a task's. */
  private static Tensor[] values(Call call, ExampleTask task, Tensor[] outputs) {
    List<TensorSpec> specs = call.signature().outputs();
    int[] wanted = call.outputs();
    Tensor[] values = new Tensor[task.outputs().length];
    for (int i = 0; i < values.length; i++) {
      String name = nativeName(task, task.outputs()[i]);
      for (int run = 0; run < wanted.length; run++) {
        if (specs.get(wanted[run]).name().equals(name)) {
          values[i] = outputs[run];
        }
      }
    }
    return values;
  }
}
