package dev.sluice.api.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.sluice.protos.serving.ExampleListWithContext;
import dev.sluice.protos.serving.Input;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import dev.sluice.protos.serving.RegressionRequest;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.Example;
import dev.sluice.protos.tensorflow.Feature;
import dev.sluice.protos.tensorflow.Features;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.Shape;
import io.grpc.Status;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Requests of few bytes that stand for many. The worker is the test's own thread; that all charges,
 * permits and tensors come back is asserted by TestServer when it closes.
 */
final class AmplifiedRequestsTest {
  private static final int MIB = 1 << 20;

  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private TestServer server;
  private long heldWhileRunning;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(tasks::add, PredictOptions.DEFAULTS);
    FakeServable servable =
        new FakeServable(
            Map.of(
                Signature.DEFAULT_KEY,
                signature("tensorflow/serving/predict", Models.spec("x"), Models.spec("z")),
                "text",
                signature("tensorflow/serving/predict", text("x")),
                "regress",
                signature("tensorflow/serving/regress", text("inputs"))),
            server.memory);
    servable.behave(
        (request, completion) -> {
          heldWhileRunning = server.waiting.held();
          answer(servable, request, completion);
        });
    server.models.add(Models.NAME, 1, servable);
  }

  private static void answer(FakeServable servable, RunRequest request, Completion completion) {
    if (request.signature().inputs().getFirst().name().equals("inputs")) {
      completion.failed(new ServingException(Code.ABORTED, "ran"));
    } else {
      servable.identity(request, completion);
    }
  }

  private static TensorSpec text(String name) {
    return new TensorSpec(
        name, dev.sluice.tensor.DataType.STRING, false, Shape.of(-1), name + ":0");
  }

  private static Signature signature(String method, TensorSpec... inputs) {
    List<TensorSpec> outputs =
        Arrays.stream(inputs)
            .map(
                input ->
                    new TensorSpec(
                        method.endsWith("regress") ? "outputs" : "y" + input.name(),
                        input.dtype(),
                        false,
                        Shape.of(-1),
                        "y" + input.name() + ":0"))
            .toList();
    return new Signature("s", method, List.of(inputs), outputs, Map.of());
  }

  @AfterEach
  void everythingIsGivenBack() {
    server.close();
    assertTrue(tasks.isEmpty(), "tasks left");
  }

  /** Returns a request that repeats one float so often, in each of two inputs. */
  private static PredictRequest floats(int count) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(DataType.DT_FLOAT);
    tensor.addFloatVal(2.5f).getTensorShapeBuilder().addDimBuilder().setSize(count);
    return PredictRequest.newBuilder()
        .setModelSpec(ModelSpec.newBuilder().setName(Models.NAME))
        .putInputs("x", tensor.build())
        .putInputs("z", tensor.build())
        .build();
  }

  private static PredictRequest strings(int count) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(DataType.DT_STRING);
    tensor.addStringVal(ByteString.EMPTY).getTensorShapeBuilder().addDimBuilder().setSize(count);
    return PredictRequest.newBuilder()
        .setModelSpec(ModelSpec.newBuilder().setName(Models.NAME).setSignatureName("text"))
        .putInputs("x", tensor.build())
        .build();
  }

  private static RegressionRequest examples(int contextBytes, int count) {
    Example context =
        Example.newBuilder()
            .setFeatures(
                Features.newBuilder()
                    .putFeature("c".repeat(contextBytes), Feature.getDefaultInstance()))
            .build();
    ExampleListWithContext.Builder list = ExampleListWithContext.newBuilder().setContext(context);
    for (int i = 0; i < count; i++) {
      list.addExamples(Example.getDefaultInstance());
    }
    return RegressionRequest.newBuilder()
        .setModelSpec(ModelSpec.newBuilder().setName(Models.NAME).setSignatureName("regress"))
        .setInput(Input.newBuilder().setExampleListWithContext(list))
        .build();
  }

  private ListenableFuture<PredictResponse> predict(PredictRequest request) {
    return PredictionServiceGrpc.newFutureStub(server.channel).predict(request);
  }

  private ListenableFuture<?> regress(RegressionRequest request) {
    return PredictionServiceGrpc.newFutureStub(server.channel).regress(request);
  }

  private Runnable task() {
    Await.until("something came for the worker", () -> !tasks.isEmpty());
    return tasks.remove();
  }

  private static String description(Status refused) {
    return Objects.requireNonNull(refused.getDescription());
  }

  private static Status failure(ListenableFuture<?> answer) {
    return Status.fromThrowable(assertThrows(ExecutionException.class, answer::get));
  }

  @Test
  void whatFitsIsDecodedOnTheLoop() throws Exception {
    PredictResponse answer = predict(floats(MIB / 8)).get();
    assertEquals(MIB / 8, answer.getOutputsOrThrow("yx").getFloatValCount());
    assertEquals("ran", failure(regress(examples(100, 100))).getDescription());
    assertEquals(0, heldWhileRunning);
  }

  @Test
  void inputsThatAreLargeTogetherAreDecodedOnTheWorkerAndCharged() throws Exception {
    ListenableFuture<PredictResponse> answer = predict(floats(MIB / 5));
    Runnable task = task();
    assertEquals(0, server.memory.open(), "the loop has given back what it had begun");
    assertEquals(0, server.limiter.inFlight());
    task.run();
    assertEquals(MIB / 5, answer.get().getOutputsOrThrow("yz").getFloatValCount());
    assertEquals(2.5f, answer.get().getOutputsOrThrow("yz").getFloatVal(MIB / 5 - 1));
    long beyond = 2 * 4 * (MIB / 5) - MIB;
    assertTrue(heldWhileRunning >= beyond, heldWhileRunning + " of " + beyond);
  }

  @Test
  void oneTensorMayBeLarge() throws Exception {
    ListenableFuture<PredictResponse> answer = predict(strings(MIB));
    task().run();
    assertEquals(MIB, answer.get().getOutputsOrThrow("yx").getStringValCount());
    assertTrue(heldWhileRunning >= 7 * MIB, "held while it ran: " + heldWhileRunning);
  }

  @Test
  void tensorsBeyondTheBudgetAreRefusedWithSizes() {
    assertTrue(server.waiting.tryTake(server.waiting.limit() - MIB));
    ListenableFuture<PredictResponse> numbers = predict(floats(500_000_000));
    task().run();
    ListenableFuture<PredictResponse> text = predict(strings(200_000_000));
    task().run();
    ListenableFuture<?> examples = regress(examples(100_000, 4000));
    task().run();
    server.waiting.release(server.waiting.limit() - MIB);
    assertRefused(
        "needs 2000000000 bytes, the server does not have them: the inputs have 2000000000 bytes,"
            + " and large requests hold ",
        failure(numbers));
    assertRefused("needs 1600000008 bytes", failure(text));
    assertRefused("Out of memory: the inputs have 40", failure(examples));
    assertEquals(0, server.memory.allocations());
  }

  private static void assertRefused(String text, Status refused) {
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, refused.getCode());
    assertTrue(description(refused).contains(text), refused.toString());
  }

  @Test
  void contextsTimesExamplesAreCopiedOnTheWorker() {
    ListenableFuture<?> answer = regress(examples(10_000, 200));
    Runnable task = task();
    assertEquals(0, server.memory.allocations());
    task.run();
    assertEquals("ran", failure(answer).getDescription());
    assertTrue(heldWhileRunning >= 10_000 * 200 - MIB, "held: " + heldWhileRunning);
  }

  @Test
  void aClientThatLeavesBeforeTheWorkerBeginsCostsNothing() {
    ListenableFuture<PredictResponse> answer = predict(floats(MIB));
    Runnable task = task();
    answer.cancel(true);
    Await.latch("cancel seen", server.cancelled);
    server.awaitIdle();
    task.run();
    assertEquals(0, server.memory.allocations());
  }
}
