package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.protos.serving.PredictResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A request that nobody waits for any more when its turn comes is not run. */
class QueuedDeadlineTest {
  private static final long LONG_MILLIS = 10_000;

  @Test
  void aPredictThatExpiresInTheQueueNeverRuns() throws Exception {
    try (ServerProcess server =
        ServerProcess.serve(
            "--model_name=burn",
            "--model_base_path=" + Models.path("burn"),
            "--lanes_per_model=1")) {
      try (ScenarioClient client =
          new ScenarioClient(server.grpcPort(), UnaryOperator.identity())) {
        client.sleep("burn", 0).get(); // the first call of a JVM takes long
        Future<PredictResponse> first = client.sleep("burn", LONG_MILLIS);
        // Sent on the same connection, so behind the first; it waits for the one lane.
        Future<PredictResponse> queued = client.sleep("burn", 0, Duration.ofSeconds(5));
        ExecutionException failure = assertThrows(ExecutionException.class, queued::get);
        assertEquals(Status.Code.DEADLINE_EXCEEDED, Status.fromThrowable(failure).getCode());
        first.get();
        client.sleep("burn", 0).get();
      }
      server.terminate();
      assertEquals(0, server.exitCode());
      assertTrue(
          server.log().stream().anyMatch(line -> line.contains("1 runs had expired in a queue")),
          () -> String.join("\n", server.log()));
    }
  }
}
