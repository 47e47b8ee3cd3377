package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.protos.inference.GRPCInferenceServiceGrpc;
import dev.sluice.protos.inference.RepositoryModelLoadRequest;
import dev.sluice.protos.inference.ServerReadyRequest;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ports for admin calls and for metrics, and what requests may bring. */
@Timeout(600)
class SidePortsTest {
  private static final String LOAD = "/v2/repository/models/m/load";

  private static RawHttp.Answer post(int port, String target, String body) throws IOException {
    return RawHttp.send(port, "POST", target, Map.of(), body.getBytes(StandardCharsets.US_ASCII));
  }

  private static RawHttp.Answer get(int port, String target) throws IOException {
    return RawHttp.send(port, "GET", target, Map.of(), null);
  }

  private static Status load(int port) {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    try {
      var stub = GRPCInferenceServiceGrpc.newBlockingStub(channel);
      assertTrue(stub.serverReady(ServerReadyRequest.getDefaultInstance()).getReady());
      var _ =
          stub.repositoryModelLoad(
              RepositoryModelLoadRequest.newBuilder().setModelName("m").build());
      return Status.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void eachAnswersWhatItIsFor() throws Exception {
    int admin = FreePorts.next();
    int adminGrpc = FreePorts.next();
    int metrics = FreePorts.next();
    try (ServerProcess server =
        ServerProcess.serve(
            "--model_name=m",
            "--model_base_path=" + Models.path("half_plus_two"),
            "--admin_port=" + admin,
            "--admin_grpc_port=" + adminGrpc,
            "--admin_address=127.0.0.1",
            "--metrics_port=" + metrics,
            "--max_request_body_bytes=1000")) {
      RawHttp.Answer refused = post(server.restPort(), LOAD, "{}");
      assertEquals(403, refused.status());
      assertEquals(
          "{\"error\":\"This needs scope admin and is answered on the port of --admin_port only\"}",
          refused.body());
      assertEquals(200, post(admin, LOAD, "{}").status());
      Status status = load(server.grpcPort());
      assertEquals(Status.Code.PERMISSION_DENIED, status.getCode());
      assertTrue(String.valueOf(status.getDescription()).contains("--admin_grpc_port"));
      assertEquals(Status.Code.OK, load(adminGrpc).getCode());

      assertEquals(403, get(server.restPort(), "/metrics").status());
      assertEquals(200, get(metrics, "/metrics").status());
      assertEquals(200, get(metrics, "/monitoring/prometheus/metrics").status());
      assertEquals(200, get(metrics, "/readyz").status());
      assertEquals(200, get(server.restPort(), "/readyz").status());
      assertEquals(404, get(metrics, "/v1/models/m").status());

      String body = "{\"instances\": [1.0]}";
      assertEquals(200, post(server.restPort(), "/v1/models/m:predict", body).status());
      RawHttp.Answer large =
          post(server.restPort(), "/v1/models/m:predict", " ".repeat(1000) + body);
      assertEquals(413, large.status());
      assertTrue(large.body().contains("at most 1000 bytes"), large.body());
      server.terminate();
      assertEquals(0, server.exitCode());
    }
  }

  @Test
  void aPortOfAnotherFlagIsRefused() throws Exception {
    int metrics = FreePorts.next();
    try (ServerProcess server =
        ServerProcess.launch(
            "--model_base_path=" + Models.path("half_plus_two"),
            "--metrics_port=" + metrics,
            "--admin_port=" + metrics)) {
      assertEquals(255, server.exitCode());
      assertTrue(
          server.log().getLast().contains("--metrics_port: %d is the port".formatted(metrics)),
          server.log()::toString);
    }
    assertThrows(IOException.class, () -> get(metrics, "/livez"));
  }
}
