package dev.sluice.api.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import dev.sluice.protos.serving.PredictionServiceGrpc.PredictionServiceBlockingStub;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Clients that go away at every stage of a call. That all memory, permits, leases and transport
 * buffers come back exactly once is asserted by TestServer when it closes.
 */
final class PredictCancelTest {
  private static final PredictOptions ALL_ON_WORKER = new PredictOptions(false, false, 0);

  private record Run(RunRequest request, Completion completion) {}

  /** Returns a call that sends each message at once; a unary client would wait for half-close. */
  private static ClientCall<PredictRequest, PredictResponse> newCall(TestServer server) {
    return server.channel.newCall(
        PredictionServiceGrpc.getPredictMethod().toBuilder()
            .setType(MethodDescriptor.MethodType.CLIENT_STREAMING)
            .build(),
        CallOptions.DEFAULT);
  }

  private static ClientCall<PredictRequest, PredictResponse> send(TestServer server, int floats) {
    ClientCall<PredictRequest, PredictResponse> call = newCall(server);
    call.start(new ClientCall.Listener<>() {}, new Metadata());
    call.request(2);
    call.sendMessage(Models.request(floats));
    return call;
  }

  private static void cancel(ClientCall<?, ?> call) {
    call.cancel("the client goes away", null);
  }

  @Test
  void beforeHalfClose() throws IOException {
    for (int floats : new int[] {3, 100_000}) {
      try (TestServer server = TestServer.start()) {
        server.models.add(Models.NAME, 1, Models.identity(server.memory));
        ClientCall<?, ?> call = send(server, floats);
        Await.latch("call begun", server.begun);
        cancel(call);
        Await.latch("cancel seen", server.cancelled);
        assertEquals(0, server.memory.allocations());
      }
    }
  }

  @Test
  void whileWaitingForTheWorker() throws Exception {
    BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    try (TestServer server = TestServer.start(tasks::add, ALL_ON_WORKER)) {
      server.models.add(Models.NAME, 1, Models.identity(server.memory));
      ClientCall<?, ?> call = send(server, 100_000);
      call.halfClose();
      Runnable task = take(tasks);
      cancel(call);
      Await.latch("cancel seen", server.cancelled);
      task.run();
      assertEquals(0, server.memory.allocations());
    }
  }

  @Test
  void whileBeingDecoded() throws Exception {
    BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    AtomicInteger runs = new AtomicInteger();
    try (TestServer server = TestServer.start(tasks::add, ALL_ON_WORKER)) {
      FakeServable servable = Models.identity(server.memory);
      servable.behave(
          (request, completion) -> {
            runs.incrementAndGet();
            servable.identity(request, completion);
          });
      server.models.add(Models.NAME, 1, servable);
      ClientCall<?, ?> call = send(server, 100_000);
      call.halfClose();
      Runnable task = take(tasks);
      server.memory.onAllocate(
          () -> {
            cancel(call);
            Await.latch("cancel seen", server.cancelled);
          });
      task.run();
      assertEquals(1, server.memory.allocations());
      assertEquals(0, runs.get(), "a call that nobody waits for must not run");
    }
  }

  @Test
  void whileRunning() throws Exception {
    BlockingQueue<Run> runs = new LinkedBlockingQueue<>();
    try (TestServer server = TestServer.start()) {
      FakeServable servable = Models.identity(server.memory);
      servable.behave((request, completion) -> runs.add(new Run(request, completion)));
      server.models.add(Models.NAME, 1, servable);
      ClientCall<?, ?> call = send(server, 1000);
      call.halfClose();
      Run run = take(runs);
      assertFalse(run.request().isAbandoned());
      cancel(call);
      Await.latch("cancel seen", server.cancelled);
      assertTrue(run.request().isAbandoned());
      assertEquals(1, server.memory.open(), "the engine may still read its input");
      assertEquals(1, server.models.lent());
      servable.identity(run.request(), run.completion());
    }
  }

  @Test
  void whenTheDeadlinePasses() throws Exception {
    BlockingQueue<Run> runs = new LinkedBlockingQueue<>();
    try (TestServer server = TestServer.start()) {
      FakeServable servable = Models.identity(server.memory);
      server.models.add(Models.NAME, 1, servable);
      PredictionServiceBlockingStub client = PredictionServiceGrpc.newBlockingStub(server.channel);
      // Connects, which may take long: the request below must get there before its time is up.
      assertEquals(1, client.predict(Models.request(3)).getOutputsCount());
      servable.behave((request, completion) -> runs.add(new Run(request, completion)));
      StatusRuntimeException thrown =
          assertThrows(
              StatusRuntimeException.class,
              () -> client.withDeadlineAfter(2, TimeUnit.SECONDS).predict(Models.request(3)));
      assertEquals(Status.Code.DEADLINE_EXCEEDED, thrown.getStatus().getCode());
      Run run = take(runs);
      Await.until("abandoned", run.request()::isAbandoned);
      servable.identity(run.request(), run.completion());
    }
  }

  private static <T> T take(BlockingQueue<T> queue) {
    Await.until("something came", () -> !queue.isEmpty());
    return queue.remove();
  }
}
