package dev.sluice.api.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import dev.sluice.protos.serving.PredictionServiceGrpc.PredictionServiceBlockingStub;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

final class GrpcPredictTest {
  private static final String METHOD = "tensorflow.serving.PredictionService/Predict";

  private static TestServer server() throws IOException {
    TestServer server = TestServer.start();
    server.models.add(Models.NAME, 3, Models.identity(server.memory));
    return server;
  }

  private static PredictionServiceBlockingStub stub(TestServer server) {
    return PredictionServiceGrpc.newBlockingStub(server.channel);
  }

  private static void assertEcho(int floats, PredictResponse response) {
    assertEquals(Models.request(floats).getInputsOrThrow("x"), response.getOutputsOrThrow("y"));
    assertEquals(3, response.getModelSpec().getVersion().getValue());
    assertEquals("serving_default", response.getModelSpec().getSignatureName());
  }

  @Test
  void answersWhatTheModelAnswers() throws IOException {
    try (TestServer server = server()) {
      for (int floats : new int[] {0, 1, 3, 4096, 150_000}) {
        assertEcho(floats, stub(server).predict(Models.request(floats)));
      }
    }
  }

  @Test
  void largeRequestsAreDecodedOnTheWorker() throws IOException {
    List<String> threads = new ArrayList<>();
    try (ExecutorService worker =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "the-worker"));
        TestServer server = TestServer.start(worker, PredictOptions.DEFAULTS)) {
      server.models.add(Models.NAME, 3, Models.identity(server.memory));
      server.memory.onAllocate(() -> threads.add(Thread.currentThread().getName()));
      assertEcho(1_300_000, stub(server).predict(Models.request(1_300_000)));
      assertEcho(3, stub(server).predict(Models.request(3)));
    }
    assertEquals("the-worker", threads.getFirst());
    assertTrue(!threads.getLast().equals("the-worker"), threads.toString());
  }

  @Test
  void aFullWorkerRefuses() throws IOException {
    try (TestServer server =
        TestServer.start(
            task -> {
              throw new RejectedExecutionException("full");
            },
            new PredictOptions(false, false, 10))) {
      server.models.add(Models.NAME, 3, Models.identity(server.memory));
      assertEquals(Status.Code.UNAVAILABLE, failure(server, Models.request(3)).getCode());
    }
  }

  @Test
  void compressedRequestsAreRead() throws IOException {
    try (TestServer server = server()) {
      for (int floats : new int[] {3, 100_000}) {
        PredictResponse response =
            stub(server).withCompression("gzip").predict(Models.request(floats));
        assertEcho(floats, response);
      }
    }
  }

  @Test
  void whatIsNoMessageIsInternalWithoutText() throws IOException {
    try (TestServer server = server()) {
      StatusRuntimeException thrown =
          assertThrows(
              StatusRuntimeException.class,
              () -> RawCalls.call(server.channel, METHOD, new byte[] {-1, -1, -1}));
      assertEquals(Status.Code.INTERNAL, thrown.getStatus().getCode());
      assertNull(thrown.getStatus().getDescription());
    }
  }

  @Test
  void anErrorOfTheModelKeepsItsCodeAndIsCut() throws IOException {
    try (TestServer server = TestServer.start()) {
      FakeServable servable = Models.identity(server.memory);
      servable.behave(
          (request, completion) ->
              completion.failed(new ServingException(Code.ABORTED, "ä".repeat(1000))));
      server.models.add(Models.NAME, 1, servable);
      Status failure = failure(server, Models.request(3));
      assertEquals(Status.Code.ABORTED, failure.getCode());
      assertEquals("ä".repeat(512) + "...TRUNCATED", failure.getDescription());
    }
  }

  @Test
  void aServableThatThrowsCostsOneRequest() throws IOException {
    try (TestServer server = TestServer.start()) {
      FakeServable servable = Models.identity(server.memory);
      servable.behave(
          (request, completion) -> {
            servable.identity(request, completion);
            throw new IllegalStateException("a bug after the end");
          });
      server.models.add(Models.NAME, 3, servable);
      assertEcho(3, stub(server).predict(Models.request(3)));
      servable.behave(servable::identity);
      assertEcho(3, stub(server).predict(Models.request(3)));
    }
  }

  @Test
  void aBugWhileDecodingIsInternalAndFreesEverything() throws IOException {
    try (TestServer server = server()) {
      server.memory.onAllocate(
          () -> {
            throw new IllegalStateException("a bug in the allocator");
          });
      Status failure = failure(server, Models.request(3));
      assertEquals(Status.Code.INTERNAL, failure.getCode());
      assertNull(failure.getDescription());
    }
  }

  @Test
  void noPermitIsResourceExhausted() throws IOException {
    try (TestServer server = server()) {
      for (int i = 0; i < server.limiter.limit(); i++) {
        assertTrue(server.limiter.tryAcquire());
      }
      assertEquals(Status.Code.RESOURCE_EXHAUSTED, failure(server, Models.request(3)).getCode());
      for (int i = 0; i < server.limiter.limit(); i++) {
        server.limiter.release();
      }
    }
  }

  @Test
  void methodsNotServedAreUnimplemented() throws IOException {
    try (TestServer server = server()) {
      StatusRuntimeException thrown =
          assertThrows(
              StatusRuntimeException.class,
              () ->
                  RawCalls.call(
                      server.channel,
                      "tensorflow.serving.PredictionService/NoSuchMethod",
                      new byte[0]));
      assertEquals(Status.Code.UNIMPLEMENTED, thrown.getStatus().getCode());
    }
  }

  private static Status failure(TestServer server, PredictRequest request) {
    return assertThrows(StatusRuntimeException.class, () -> stub(server).predict(request))
        .getStatus();
  }
}
