package dev.sluice.api.oip.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.oip.Datatype;
import dev.sluice.api.tfs.Await;
import dev.sluice.api.tfs.FakeServable;
import dev.sluice.protos.inference.GRPCInferenceServiceGrpc;
import dev.sluice.protos.inference.ModelInferRequest;
import dev.sluice.protos.inference.ModelStreamInferResponse;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.tensor.DataType;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams of requests: each is answered, whatever becomes of the others. */
final class ModelStreamInferTest {
  private static final int MOST_UNDER_WAY = 64;

  @TempDir Path sharedMemory;
  private InferServer server;

  @BeforeEach
  void start() throws IOException {
    server = new InferServer(sharedMemory);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private record Run(RunRequest request, Completion completion) {}

  /** What a client has seen of a stream. */
  private static final class Seen implements StreamObserver<ModelStreamInferResponse> {
    final Map<String, ModelStreamInferResponse> byId = new ConcurrentHashMap<>();
    final CountDownLatch ended = new CountDownLatch(1);
    volatile @Nullable Throwable failure;

    @Override
    public void onNext(ModelStreamInferResponse response) {
      byId.put(response.getInferResponse().getId(), response);
    }

    @Override
    public void onError(Throwable error) {
      failure = error;
      ended.countDown();
    }

    @Override
    public void onCompleted() {
      ended.countDown();
    }
  }

  private StreamObserver<ModelInferRequest> open(Seen seen) {
    return GRPCInferenceServiceGrpc.newStub(server.channel).modelStreamInfer(seen);
  }

  private static ModelInferRequest request(String model, int id) {
    return ModelInferRequest.newBuilder()
        .setModelName(model)
        .setId(Integer.toString(id))
        .addInputs(ModelInferTest.input("x", Datatype.FP32, 1))
        .addRawInputContents(ModelInferTest.floats(id))
        .build();
  }

  @Test
  void eachRequestIsAnsweredAndFailuresEndNothing() {
    server.add("m", 1, "x", DataType.FLOAT);
    Seen seen = new Seen();
    StreamObserver<ModelInferRequest> requests = open(seen);
    int count = 5 * MOST_UNDER_WAY;
    for (int i = 0; i < count; i++) {
      requests.onNext(request(i % 3 == 0 ? "none" : "m", i));
    }
    requests.onCompleted();
    Await.latch("the stream's end", seen.ended);
    assertNull(seen.failure);
    assertEquals(count, seen.byId.size());
    seen.byId.forEach(
        (id, answer) -> {
          boolean failed = Integer.parseInt(id) % 3 == 0;
          assertEquals(failed, answer.getErrorMessage().contains("none"), id);
          assertEquals(failed ? 0 : 1, answer.getInferResponse().getOutputsCount(), id);
        });
    assertEquals(
        ModelInferTest.floats(4),
        Objects.requireNonNull(seen.byId.get("4")).getInferResponse().getRawOutputContents(0));
  }

  @Test
  void aBoundedNumberIsUnderWayAndAnswersComeAsTheyAreDone() throws Exception {
    BlockingQueue<Run> runs = new LinkedBlockingQueue<>();
    FakeServable servable = server.add("m", 1, "x", DataType.FLOAT);
    servable.behave((request, completion) -> runs.add(new Run(request, completion)));
    Seen seen = new Seen();
    StreamObserver<ModelInferRequest> requests = open(seen);
    int count = 2 * MOST_UNDER_WAY;
    for (int i = 0; i < count; i++) {
      requests.onNext(request("m", i));
    }
    requests.onCompleted();
    Await.until("as many as may be under way", () -> runs.size() == MOST_UNDER_WAY);
    List<Run> first = new ArrayList<>();
    runs.drainTo(first);
    Run second = first.remove(1);
    servable.identity(second.request(), second.completion());
    Await.until("the second's answer, before the first's", () -> seen.byId.containsKey("1"));
    assertEquals(1, seen.byId.size());
    Await.until("one more, in its place", () -> runs.size() == 1);
    for (Run run : first) {
      servable.identity(run.request(), run.completion());
    }
    for (int left = MOST_UNDER_WAY; left > 0; left--) {
      Run run = runs.take();
      servable.identity(run.request(), run.completion());
    }
    Await.latch("the stream's end", seen.ended);
    assertEquals(count, seen.byId.size());
  }

  @Test
  void aCancelAbandonsAllRequests() {
    BlockingQueue<Run> runs = new LinkedBlockingQueue<>();
    FakeServable servable = server.add("m", 1, "x", DataType.FLOAT);
    servable.behave((request, completion) -> runs.add(new Run(request, completion)));
    Seen seen = new Seen();
    Context.CancellableContext context = Context.current().withCancellation();
    context.run(
        () -> {
          StreamObserver<ModelInferRequest> requests = open(seen);
          for (int i = 0; i < 10; i++) {
            requests.onNext(request("m", i));
          }
        });
    Await.until("all running", () -> runs.size() == 10);
    context.cancel(null);
    Await.until("all abandoned", () -> runs.stream().allMatch(run -> run.request().isAbandoned()));
    assertEquals(10, server.memory.open(), "the engine may still read its inputs");
    runs.forEach(run -> servable.identity(run.request(), run.completion()));
    assertTrue(seen.byId.isEmpty());
  }
}
