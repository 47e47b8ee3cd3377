package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client that asks for more than there is beside one that does not, and deadlines. */
@Timeout(300)
class ClientSharesTest {
  private static final Metadata.Key<String> WHO =
      Metadata.Key.of("X-Client-Id", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);
  private static final int MILLIS = 50;
  private static final int MANY = 60;

  private final HttpClient http = HttpClient.newHttpClient();

  private static ServerProcess serve() throws Exception {
    return ServerProcess.serve(
        "--model_name=burn",
        "--model_base_path=" + Models.path("burn"),
        "--lanes_per_model=1",
        "--client_header=X-Client-Id");
  }

  private static ManagedChannel channel(ServerProcess server) {
    return ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
  }

  private static Metadata who(String client) {
    Metadata headers = new Metadata();
    headers.put(WHO, client);
    return headers;
  }

  private static List<Future<PredictResponse>> flood(ManagedChannel channel, Metadata headers) {
    List<Future<PredictResponse>> flood = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      flood.add(
          PredictionServiceGrpc.newFutureStub(channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
              .predict(ScenarioClient.sleepRequest("burn", MILLIS)));
    }
    return flood;
  }

  private static void await(List<Future<PredictResponse>> flood) throws Exception {
    for (Future<PredictResponse> each : flood) {
      each.get();
    }
  }

  private HttpResponse<String> ask(ServerProcess server, String... headers) throws Exception {
    URI target = URI.create("http://127.0.0.1:" + server.restPort() + "/v1/models/burn:predict");
    return http.send(
        HttpRequest.newBuilder(target)
            .headers(headers)
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"signature_name\": \"sleep\", \"inputs\": 1}"))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aQuietClientDoesNotWaitForWhatANoisyOneHasWaiting() throws Exception {
    try (ServerProcess server = serve()) {
      ManagedChannel channel = channel(server);
      try {
        PredictionServiceGrpc.newBlockingStub(channel)
            .predict(ScenarioClient.sleepRequest("burn", 0)); // a JVM's first takes long
        assertEquals(200, ask(server, "X-Client-Id", "quiet").statusCode());
        List<Future<PredictResponse>> flood = flood(channel, who("noisy"));
        flood.getFirst().get(); // so that the others wait
        long start = System.nanoTime();
        assertEquals(200, ask(server, "X-Client-Id", "quiet").statusCode());
        long left = flood.stream().filter(each -> !each.isDone()).count();
        assertTrue(left > MANY / 2, "only " + left + " of the noisy client's still wait");
        PredictionServiceGrpc.newBlockingStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(who("another")))
            .predict(ScenarioClient.sleepRequest("burn", 1));
        long nanos = System.nanoTime() - start;
        left = flood.stream().filter(each -> !each.isDone()).count();
        assertTrue(left > MANY / 3, () -> "it took " + TimeUnit.NANOSECONDS.toMillis(nanos));
        await(flood);
      } finally {
        channel.shutdownNow();
      }
    }
  }

  @Test
  void aDeadlineThatCannotBeMetIsRefusedAtOnce() throws Exception {
    try (ServerProcess server = serve()) {
      ManagedChannel channel = channel(server);
      try {
        await(flood(channel, new Metadata())); // what a run takes is learned
        List<Future<PredictResponse>> flood = flood(channel, new Metadata());
        flood.getFirst().get();
        HttpResponse<String> refusal = ask(server, "X-Request-Timeout-Ms", "500");
        assertEquals(503, refusal.statusCode(), refusal.body());
        assertTrue(refusal.body().contains("the request's deadline is in "), refusal.body());
        long seconds = Long.parseLong(refusal.headers().firstValue("Retry-After").orElseThrow());
        assertTrue(seconds >= 2, "Retry-After: " + seconds + ", with some 58 runs of 50 ms before");
        StatusRuntimeException failure =
            assertThrows(
                StatusRuntimeException.class,
                () ->
                    PredictionServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(Duration.ofMillis(500))
                        .predict(ScenarioClient.sleepRequest("burn", 1)));
        assertEquals(Status.Code.UNAVAILABLE, failure.getStatus().getCode(), failure::getMessage);
        Metadata trailers = Status.trailersFromThrowable(failure);
        assertTrue(trailers != null && trailers.containsKey(PUSHBACK), () -> "found " + trailers);
        assertEquals(200, ask(server, "X-Request-Timeout-Ms", "20000").statusCode());
        await(flood);
      } finally {
        channel.shutdownNow();
      }
    }
  }

  @Test
  void whatIsNoTimeIsRefusedByBothProtocols() throws Exception {
    try (ServerProcess server = serve()) {
      HttpResponse<String> refusal = ask(server, "X-Request-Timeout-Ms", "soon");
      assertEquals(400, refusal.statusCode());
      HttpResponse<String> other =
          http.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + server.restPort() + "/v2/models/burn/infer"))
                  .header("X-Request-Timeout-Ms", "-1")
                  .POST(HttpRequest.BodyPublishers.ofString("{}"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertEquals(400, other.statusCode());
      assertTrue(other.body().contains("X-Request-Timeout-Ms"), other.body());
    }
  }
}
