package dev.sluice.api.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import com.google.protobuf.Int64Value;
import dev.sluice.protos.serving.ClassificationRequest;
import dev.sluice.protos.serving.ClassificationResponse;
import dev.sluice.protos.serving.ExampleListWithContext;
import dev.sluice.protos.serving.InferenceTask;
import dev.sluice.protos.serving.Input;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.MultiInferenceRequest;
import dev.sluice.protos.serving.MultiInferenceResponse;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import dev.sluice.protos.serving.RegressionRequest;
import dev.sluice.protos.serving.RegressionResponse;
import dev.sluice.protos.tensorflow.Example;
import dev.sluice.protos.tensorflow.Feature;
import dev.sluice.protos.tensorflow.Features;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Classify, Regress and MultiInference on a socket, with a model whose outputs a test sets. */
final class ExampleMethodsTest {
  private static final String CLASSIFY = "tensorflow/serving/classify";
  private static final String REGRESS = "tensorflow/serving/regress";

  private final Map<String, Tensor> outputs = new HashMap<>();
  private final List<String> runs = new ArrayList<>();
  private TestServer server;
  private PredictionServiceGrpc.PredictionServiceBlockingStub client;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start();
    Signature classify = signature("c", CLASSIFY, List.of("inputs"), List.of("classes", "scores"));
    Signature regress = signature("r", REGRESS, List.of("inputs"), List.of("outputs"));
    FakeServable servable =
        new FakeServable(
            Map.of(
                "c",
                classify,
                "r",
                regress,
                "two_inputs",
                signature("two_inputs", REGRESS, List.of("a", "inputs"), List.of("outputs")),
                "other_input",
                signature("other_input", REGRESS, List.of("x"), List.of("outputs")),
                "three_outputs",
                signature("three_outputs", REGRESS, List.of("inputs"), List.of("a", "b", "c"))),
            server.memory);
    servable.behave(this::answer);
    server.models.add("m", 1, servable);
    client = PredictionServiceGrpc.newBlockingStub(server.channel);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** Inputs share one tensor, as they do in models with several heads. */
  private static Signature signature(
      String key, String method, List<String> inputs, List<String> outputs) {
    return new Signature(
        key,
        method,
        inputs.stream().map(name -> spec(name, "example:0")).toList(),
        outputs.stream().map(name -> spec(name, key + "_" + name + ":0")).toList(),
        Map.of());
  }

  private static TensorSpec spec(String name, String nativeName) {
    return new TensorSpec(name, DataType.STRING, false, Shape.of(-1), nativeName);
  }

  private void answer(RunRequest request, Completion completion) {
    Tensor input = request.input(0);
    if (input == null) {
      throw new AssertionError("no examples");
    }
    runs.add(StringTensors.text(input, 0));
    Tensor[] values = new Tensor[request.outputs().length];
    for (int i = 0; i < values.length; i++) {
      String name = request.signature().outputs().get(request.outputs()[i]).nativeName();
      Tensor value = outputs.remove(name);
      if (value == null) {
        throw new AssertionError("no test sets " + name);
      }
      values[i] = value;
    }
    completion.succeeded(values);
  }

  private void floats(String output, Shape shape, float... values) {
    Tensor tensor = server.memory.allocate(DataType.FLOAT, shape, 4L * values.length);
    for (int i = 0; i < values.length; i++) {
      tensor.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, values[i]);
    }
    outputs.put(output, tensor);
  }

  private void strings(String output, Shape shape, String... values) {
    List<byte[]> bytes =
        Stream.of(values).map(value -> value.getBytes(StandardCharsets.ISO_8859_1)).toList();
    outputs.put(output, StringTensors.create(server.memory, shape, bytes));
  }

  private static Example example(String feature) {
    return Example.newBuilder()
        .setFeatures(Features.newBuilder().putFeature(feature, Feature.getDefaultInstance()))
        .build();
  }

  private static Input input(int count) {
    Input.Builder input = Input.newBuilder();
    for (int i = 0; i < count; i++) {
      input.getExampleListBuilder().addExamples(example("e"));
    }
    return input.build();
  }

  private static ModelSpec spec(String signature) {
    return ModelSpec.newBuilder().setName("m").setSignatureName(signature).build();
  }

  private static ModelSpec answered(String signature) {
    return spec(signature).toBuilder().setVersion(Int64Value.of(1)).build();
  }

  private ClassificationResponse classify(int examples) {
    return client.classify(
        ClassificationRequest.newBuilder()
            .setModelSpec(spec("c"))
            .setInput(input(examples))
            .build());
  }

  private RegressionResponse regress(String signature, int examples) {
    return client.regress(
        RegressionRequest.newBuilder()
            .setModelSpec(spec(signature))
            .setInput(input(examples))
            .build());
  }

  private static void assertRefused(String text, Executable call) {
    StatusRuntimeException e = assertThrows(StatusRuntimeException.class, call);
    assertEquals(Status.Code.INVALID_ARGUMENT, e.getStatus().getCode());
    assertEquals(text, e.getStatus().getDescription());
  }

  @Test
  void classesHaveLabelsAndScoresInTheirOrder() {
    strings("c_classes:0", Shape.of(2, 2), "a", "b", "c", "\u00ff");
    floats("c_scores:0", Shape.of(2, 2), 0.5f, 2, -1, 0);
    ClassificationResponse response = classify(2);
    assertEquals(answered("c"), response.getModelSpec());
    List<String> found = new ArrayList<>();
    response
        .getResult()
        .getClassificationsList()
        .forEach(row -> row.getClassesList().forEach(e -> found.add(e.getLabel() + e.getScore())));
    assertEquals(List.of("a0.5", "b2.0", "c-1.0", "\ufffd0.0"), found);
  }

  @Test
  void aClassifierMustKeepItsShape() {
    strings("c_classes:0", Shape.of(2), "a", "b");
    floats("c_scores:0", Shape.of(2, 1), 1, 2);
    assertRefused("Expected Tensor shape: [batch_size num_classes] but got [2]", () -> classify(2));
    floats("c_classes:0", Shape.of(2, 1), 1, 2);
    floats("c_scores:0", Shape.of(2, 1), 1, 2);
    assertRefused("Expected classes Tensor of DT_STRING. Got: DT_FLOAT", () -> classify(2));
    strings("c_classes:0", Shape.of(2, 1), "a", "b");
    floats("c_scores:0", Shape.of(1, 2), 1, 2);
    assertRefused("Expected scores output batch size of 2. Got: 1", () -> classify(2));
    strings("c_classes:0", Shape.of(1, 1), "a");
    floats("c_scores:0", Shape.of(1, 2), 1, 2);
    assertRefused(
        "Tensors class and score should match in dim_size(1). Got 1 vs. 2", () -> classify(1));
  }

  @Test
  void regressionsAreOneFloatPerExample() {
    floats("r_outputs:0", Shape.of(2, 1), 1.5f, -0.0f);
    RegressionResponse response = regress("r", 2);
    assertEquals(answered("r"), response.getModelSpec());
    assertEquals(1.5f, response.getResult().getRegressions(0).getValue());
    assertEquals(-0.0f, response.getResult().getRegressions(1).getValue());
    floats("r_outputs:0", Shape.of(1), 3);
    assertEquals(3f, regress("r", 1).getResult().getRegressions(0).getValue());
  }

  @Test
  void aRegressorMustKeepItsShape() {
    floats("r_outputs:0", Shape.of(1, 2), 1, 2);
    assertRefused(
        "Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got [1,2]",
        () -> regress("r", 1));
    floats("r_outputs:0", Shape.of(2), 1, 2);
    assertRefused(
        "Input batch size did not match output batch size: 3 vs. 2", () -> regress("r", 3));
    strings("r_outputs:0", Shape.of(1), "a");
    assertRefused("Expected output Tensor of DT_FLOAT.  Got: DT_STRING", () -> regress("r", 1));
  }

  @Test
  void signaturesOfAnotherShapeAreNotRun() {
    assertRefused("Expected one input Tensor.", () -> regress("two_inputs", 1));
    assertRefused("Expected one output Tensor.", () -> regress("three_outputs", 1));
    assertRefused("No signature was found with the name: nope", () -> regress("nope", 1));
    assertRefused("No signature was found with the name: serving_default", () -> regress("", 1));
    assertRefused("Input is empty.", () -> regress("r", 0));
    StatusRuntimeException e =
        assertThrows(StatusRuntimeException.class, () -> regress("other_input", 1));
    assertEquals(
        "No regression inputs found in SignatureDef: inputs {\n  key: \"x\"\n  value {",
        String.valueOf(e.getStatus().getDescription())
            .lines()
            .limit(3)
            .reduce("", (a, b) -> a.isEmpty() ? b : a + "\n" + b));
    assertEquals(List.of(), runs);
  }

  @Test
  void theContextIsGivenWithEachExample() {
    floats("r_outputs:0", Shape.of(1), 1);
    Input input =
        Input.newBuilder()
            .setExampleListWithContext(
                ExampleListWithContext.newBuilder()
                    .setContext(example("c"))
                    .addExamples(example("e")))
            .build();
    RegressionResponse unused =
        client.regress(
            RegressionRequest.newBuilder().setModelSpec(spec("r")).setInput(input).build());
    ByteString both = example("c").toByteString().concat(example("e").toByteString());
    assertEquals(List.of(both.toStringUtf8()), runs);
    assertEquals(1, unused.getResult().getRegressionsCount());
  }

  private static InferenceTask task(String signature, String method) {
    return InferenceTask.newBuilder().setModelSpec(spec(signature)).setMethodName(method).build();
  }

  private MultiInferenceResponse multi(InferenceTask... tasks) {
    return client.multiInference(
        MultiInferenceRequest.newBuilder().addAllTasks(List.of(tasks)).setInput(input(1)).build());
  }

  @Test
  void allTasksAreOneRun() {
    strings("c_classes:0", Shape.of(1, 1), "a");
    floats("c_scores:0", Shape.of(1, 1), 2);
    floats("r_outputs:0", Shape.of(1), 3);
    MultiInferenceResponse response = multi(task("r", REGRESS), task("c", CLASSIFY));
    assertEquals(1, runs.size());
    assertEquals(answered("r"), response.getResults(0).getModelSpec());
    assertEquals(3f, response.getResults(0).getRegressionResult().getRegressions(0).getValue());
    assertEquals(answered("c"), response.getResults(1).getModelSpec());
    assertEquals(
        "a",
        response
            .getResults(1)
            .getClassificationResult()
            .getClassifications(0)
            .getClasses(0)
            .getLabel());
  }

  @Test
  void oneBadTaskRefusesAll() {
    assertRefused(
        "Duplicate evaluation of signature: r",
        () -> multi(task("r", REGRESS), task("r", REGRESS)));
    assertRefused(
        "Requested signature not found in model graph: nope",
        () -> multi(task("r", REGRESS), task("nope", REGRESS)));
    assertRefused("ModelSpec has no name specified.", () -> multi());
    assertRefused(
        "Found ModelSpec with an empty model name.",
        () -> multi(task("r", REGRESS), InferenceTask.getDefaultInstance()));
    StatusRuntimeException e =
        assertThrows(StatusRuntimeException.class, () -> multi(task("r", "predict")));
    assertEquals(Status.Code.UNIMPLEMENTED, e.getStatus().getCode());
    assertEquals(List.of(), runs);
  }
}
