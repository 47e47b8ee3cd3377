package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whether what a server says of its health is true. */
@Timeout(600)
class HealthTest {
  private static final String PREDICT = "/v1/models/burn:predict";

  @TempDir private Path scratch;

  private static String sleep(int millis) {
    return "{\"signature_name\": \"sleep\", \"inputs\": " + millis + "}";
  }

  private static CompletableFuture<HttpResponse<String>> ask(ServerProcess server, int millis) {
    return server.postLater(PREDICT, sleep(millis));
  }

  private static int status(ServerProcess server, String path) {
    try {
      return server.get(path).statusCode();
    } catch (Exception e) {
      return 0;
    }
  }

  private static ServingStatus check(ManagedChannel channel, String service) {
    return HealthGrpc.newBlockingStub(channel).check(request(service)).getStatus();
  }

  private static HealthCheckRequest request(String service) {
    return HealthCheckRequest.newBuilder().setService(service).build();
  }

  @Test
  void aLaneThatHangsTurnsReadinessOffWithinFiveSecondsAndOnWhenItGoesOn() throws Exception {
    try (ServerProcess server =
        ServerProcess.serve("--model_name=burn", "--model_base_path=" + Models.path("burn"))) {
      assertEquals(200, server.post(PREDICT, sleep(0)).statusCode());
      ManagedChannel channel =
          ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
      try {
        assertEquals("ok\n", server.get("/readyz").body());
        Iterator<HealthCheckResponse> watch =
            HealthGrpc.newBlockingStub(channel).watch(request("burn"));
        assertEquals(ServingStatus.SERVING, watch.next().getStatus());

        long asked = System.nanoTime();
        CompletableFuture<HttpResponse<String>> hanging = ask(server, 9_000);
        server.await("readiness off", () -> status(server, "/readyz") == 503);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked);
        assertTrue(millis < 5_000, "took " + millis + " ms");
        String reason = server.get("/readyz").body();
        assertTrue(
            reason.startsWith("not ready\nmodel burn: version 1 has a run under way"), reason);
        assertEquals(503, status(server, "/v2/health/ready"));
        assertEquals(503, status(server, "/v2/models/burn/ready"));
        assertEquals(200, status(server, "/livez"));
        assertEquals(200, status(server, "/v2/health/live"));
        assertEquals(ServingStatus.NOT_SERVING, watch.next().getStatus());
        assertEquals(ServingStatus.NOT_SERVING, check(channel, ""));

        assertEquals(200, hanging.get(60, TimeUnit.SECONDS).statusCode());
        server.await("readiness on", () -> status(server, "/readyz") == 200);
        assertEquals(ServingStatus.SERVING, watch.next().getStatus());
        assertEquals(200, status(server, "/v2/models/burn/ready"));
        server.await(
            "a line of it in the log",
            () -> server.log().stream().anyMatch(line -> line.endsWith("Ready again")));
      } finally {
        channel.shutdownNow();
      }
    }
  }

  @Test
  void aModelThatMayTakeLongIsNotTakenForOneThatHangs() throws Exception {
    try (ServerProcess server =
        ServerProcess.serve(
            "--model_name=burn",
            "--model_base_path=" + Models.path("burn"),
            "--wedged_after_ms=burn=60000")) {
      CompletableFuture<HttpResponse<String>> slow = ask(server, 6_000);
      server.await("the answer", () -> status(server, "/readyz") != 200 || slow.isDone());
      assertEquals(200, slow.get(60, TimeUnit.SECONDS).statusCode());
      assertTrue(server.log().stream().noneMatch(line -> line.contains("Not ready")));
    }
  }

  @Test
  void aRunThatHangsForLongTurnsLivenessOff() throws Exception {
    try (ServerProcess server =
        ServerProcess.serve(
            "--model_name=burn",
            "--model_base_path=" + Models.path("burn"),
            "--wedged_after_ms=100",
            "--wedged_livez_seconds=1")) {
      CompletableFuture<HttpResponse<String>> hanging = ask(server, 5_000);
      server.await("liveness off", () -> status(server, "/livez") == 503 || hanging.isDone());
      assertEquals(503, status(server, "/healthz"));
      assertEquals(503, status(server, "/v2/health/live"));
      assertEquals(200, hanging.get(60, TimeUnit.SECONDS).statusCode());
      server.await("liveness on", () -> status(server, "/livez") == 200);
    }
  }

  @Test
  void aServerOfOneModelIsNotReadyWithoutIt() throws Exception {
    Path base = Files.createDirectory(scratch.resolve("m"));
    Path broken = Files.createDirectory(base.resolve("1"));
    Files.writeString(broken.resolve("saved_model.pb"), "no model");
    try (ServerProcess server =
        ServerProcess.serve(
            "--model_name=m", "--model_base_path=" + base, "--max_num_load_retries=0")) {
      server.await(
          "the reason",
          () -> {
            try {
              String body = server.get("/readyz").body();
              return body.startsWith("not ready\nmodel m: ") && body.contains("version 1: failed:");
            } catch (Exception e) {
              return false;
            }
          });
      assertEquals(503, status(server, "/v2/health/ready"));
      assertEquals(200, status(server, "/livez"));
      Models.publish(Models.path("half_plus_two/1"), base, 2);
      server.await("version 2", () -> status(server, "/readyz") == 200);
    }
  }

  @Test
  void nobodyNeedsAModelUnlessSomebodySaysSo() throws Exception {
    String config =
        "model_config_list { config { name: \"m\" base_path: \"%s\" model_platform: \"tensorflow\" } }"
            .formatted(scratch.resolve("nowhere"));
    String file = "--model_config_file=" + Files.writeString(scratch.resolve("config"), config);
    try (ServerProcess server = ServerProcess.serve(file)) {
      assertEquals(200, status(server, "/readyz"));
    }
    try (ServerProcess server = ServerProcess.serve(file, "--required_models=m")) {
      HttpResponse<String> answer = server.get("/readyz");
      assertEquals(503, answer.statusCode());
      assertTrue(answer.body().contains("model m: it is required"), answer.body());
    }
  }
}
