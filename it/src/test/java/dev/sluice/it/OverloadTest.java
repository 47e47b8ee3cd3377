package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is answered and what is refused when there is more to do than can be done. */
@Timeout(300)
class OverloadTest {
  private static final int MANY = 60;
  private static final int MILLIS = 20;

  /** Long enough to look at the server meanwhile. */
  private static final int LONG_MILLIS = 1500;

  @TempDir private Path scratch;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<ManagedChannel> channels = new ArrayList<>();

  private static ServerProcess serve(String... further) throws Exception {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--model_name=burn",
                "--model_base_path=" + Models.path("burn"),
                "--lanes_per_model=1"));
    flags.addAll(List.of(further));
    return ServerProcess.serve(flags.toArray(String[]::new));
  }

  @AfterEach
  void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    http.close();
  }

  private HttpResponse<String> post(ServerProcess server, String path, String body, String... head)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.restPort() + path))
            .POST(HttpRequest.BodyPublishers.ofString(body));
    for (int i = 0; i < head.length; i += 2) {
      request.header(head[i], head[i + 1]);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> v1(ServerProcess server, int millis, String... head)
      throws Exception {
    String body = "{\"signature_name\": \"sleep\", \"inputs\": " + millis + "}";
    return post(server, "/v1/models/burn:predict", body, head);
  }

  private HttpResponse<String> v2(ServerProcess server, int millis, String... head)
      throws Exception {
    String body =
        """
        {"parameters": {"signature_name": "sleep"},
         "inputs": [{"name": "millis", "datatype": "INT64", "shape": [], "data": [%d]}]}
        """
            .formatted(millis);
    return post(server, "/v2/models/burn/infer", body, head);
  }

  /** Asks over gRPC, with metadata given by names and values. */
  private ListenableFuture<PredictResponse> ask(
      ManagedChannel channel, int millis, String... head) {
    Metadata headers = new Metadata();
    for (int i = 0; i < head.length; i += 2) {
      headers.put(Metadata.Key.of(head[i], Metadata.ASCII_STRING_MARSHALLER), head[i + 1]);
    }
    return PredictionServiceGrpc.newFutureStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .predict(ScenarioClient.sleepRequest("burn", millis));
  }

  private ManagedChannel channel(ServerProcess server) {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
    channels.add(channel);
    return channel;
  }

  private String metrics(ServerProcess server, String... head) throws Exception {
    HttpRequest.Builder page =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.restPort() + "/metrics"));
    for (int i = 0; i < head.length; i += 2) {
      page.header(head[i], head[i + 1]);
    }
    return http.send(page.build(), HttpResponse.BodyHandlers.ofString()).body();
  }

  private static void assertHas(String text, String part) {
    assertTrue(text.contains(part), () -> "expected '" + part + "' in " + text);
  }

  @Test
  void bothApisTakeTheTimeOutOfAHeaderAndRefuseWhatCannotBeMet() throws Exception {
    try (ServerProcess server = serve()) {
      assertEquals(200, v1(server, 1, "X-Request-Timeout", "60").statusCode());
      assertEquals(200, v2(server, 1, "X-Request-Timeout-Ms", "60000").statusCode());
      assertEquals(504, v1(server, 1000, "X-Request-Timeout-Ms", "100").statusCode());
      assertEquals(504, v2(server, 1000, "X-Request-Timeout", "0.1").statusCode());
      ManagedChannel channel = channel(server);
      List<ListenableFuture<PredictResponse>> flood = new ArrayList<>();
      // Some of them tell what a run takes; which are answered first is not said.
      CountDownLatch answered = new CountDownLatch(MANY * 2 / 3);
      for (int i = 0; i < 2 * MANY; i++) {
        ListenableFuture<PredictResponse> answer = ask(channel, MILLIS);
        answer.addListener(answered::countDown, MoreExecutors.directExecutor());
        flood.add(answer);
      }
      answered.await();
      for (HttpResponse<String> refused :
          List.of(
              v1(server, MILLIS, "X-Request-Timeout-Ms", "200"),
              v2(server, MILLIS, "X-Request-Timeout-Ms", "200"),
              v1(server, MILLIS, "x-envoy-expected-rq-timeout-ms", "200"))) {
        assertEquals(503, refused.statusCode(), refused.body());
        assertHas(refused.body(), "the request's deadline is in ");
        assertTrue(refused.headers().firstValue("Retry-After").isPresent());
      }
      assertHas(
          metrics(server),
          "sluice_requests_refused_total{model=\"burn\",reason=\"deadline\"} 5\n"); // two of them
      // 504
      HttpResponse<String> bad = v2(server, 1, "X-Request-Timeout-Ms", "0.5");
      assertEquals(400, bad.statusCode());
      assertHas(bad.body(), "expected a whole number of milliseconds above 0");
      for (ListenableFuture<PredictResponse> each : flood) {
        each.get();
      }
    }
  }

  @Test
  void clientsShareByTheirWeights() throws Exception {
    try (ServerProcess server =
        serve("--client_header=X-Client-Id", "--client_weights=large=3,small=1")) {
      ManagedChannel channel = channel(server);
      ListenableFuture<PredictResponse> first = ask(channel, 1000, "X-Client-Id", "another");
      List<String> order = Collections.synchronizedList(new ArrayList<>());
      List<ListenableFuture<PredictResponse>> flood = new ArrayList<>();
      for (int i = 0; i < MANY; i++) { // all wait until that has run
        for (String client : List.of("small", "large")) {
          flood.add(
              Futures.transform(
                  ask(channel, MILLIS, "X-Client-Id", client),
                  answer -> {
                    order.add(client);
                    return answer;
                  },
                  MoreExecutors.directExecutor()));
        }
      }
      first.get();
      for (ListenableFuture<PredictResponse> each : flood) {
        each.get();
      }
      long large = order.subList(0, MANY).stream().filter("large"::equals).count();
      assertTrue(large > MANY * 6 / 10 && large < MANY * 9 / 10, () -> "of three in four " + order);
    }
  }

  @Test
  void whoIsAuthenticatedIsTheClientWhateverTheHeaderSays() throws Exception {
    String noisy = UUID.randomUUID().toString();
    String quiet = UUID.randomUUID().toString();
    Path keys = scratch.resolve("auth.yaml");
    Files.writeString(scratch.resolve("noisy"), noisy);
    Files.writeString(scratch.resolve("quiet"), quiet);
    Files.writeString(
        keys,
        """
        api_keys:
          - {name: noisy, key: "file:%s", scopes: [infer, metrics]}
          - {name: quiet, key: "file:%s", scopes: [infer], models: [burn]}
        """
            .formatted(scratch.resolve("noisy"), scratch.resolve("quiet")));
    // Of two places inside one client has one only, and there is one for another.
    try (ServerProcess server =
        serve(
            "--client_header=X-Client-Id",
            "--max_concurrent_requests=2",
            "--auth_config_file=" + keys)) {
      ManagedChannel channel = channel(server);
      ListenableFuture<PredictResponse> inside =
          ask(channel, LONG_MILLIS, "x-api-key", noisy, "X-Client-Id", "one");
      server.await("a run", () -> runs(server, noisy));
      HttpResponse<String> refused = v1(server, 1, "X-Api-Key", noisy, "X-Client-Id", "two");
      assertEquals(429, refused.statusCode(), refused.body());
      assertHas(refused.body(), "of client 'noisy'");
      ExecutionException failure =
          assertThrows(
              ExecutionException.class,
              () -> ask(channel, 1, "x-api-key", noisy, "X-Client-Id", "three").get());
      assertEquals(Status.Code.RESOURCE_EXHAUSTED, Status.fromThrowable(failure).getCode());
      assertHas(String.valueOf(failure.getMessage()), "of client 'noisy'");
      HttpResponse<String> other = v1(server, 1, "X-Api-Key", quiet, "X-Client-Id", "noisy");
      assertEquals(200, other.statusCode(), other.body());
      inside.get();
    }
  }

  private boolean runs(ServerProcess server, String key) {
    try {
      return metrics(server, "X-Api-Key", key)
          .lines()
          .anyMatch(line -> line.matches("sluice_requests_in_flight\\S* 1"));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatThereIsNoMemoryForIsRefusedWithTheNumbers() throws Exception {
    Path base = scratch.resolve("half_plus_two");
    ServerProcess.copyTree(Models.path("half_plus_two"), base);
    Path large = base.resolve("1000");
    ServerProcess.copyTree(newest(base), large);
    try (RandomAccessFile hole = new RandomAccessFile(large.resolve("rest").toFile(), "rw")) {
      hole.setLength(64 << 20);
    }
    // More than there is, so that nothing large finds room; small loads are let in all the same.
    try (ServerProcess server =
        ServerProcess.launch(
            "--model_name=half_plus_two",
            "--model_base_path=" + base,
            "--memory_reserve_mb=1048576")) {
      server.await(
          "a refusal",
          () ->
              server.log().stream()
                  .anyMatch(
                      line ->
                          line.contains("Not enough memory to load servable {name: half_plus_two")
                              && line.contains("it needs about 76 MiB")
                              && line.contains("1048576 a reserve (--memory_reserve_mb)")));
    }
    try (ServerProcess server = serve("--memory_reserve_mb=1048576")) {
      assertEquals(200, v1(server, 1).statusCode());
      String padding = " ".repeat(100_000);
      HttpResponse<String> refused = post(server, "/v1/models/burn:predict", padding + "{}");
      assertEquals(503, refused.statusCode(), refused.body());
      assertHas(refused.body(), "the machine has 0 bytes of memory left for them");
    }
  }

  private static Path newest(Path base) throws Exception {
    try (var versions = Files.list(base)) {
      return versions
          .filter(version -> version.getFileName().toString().matches("[0-9]+"))
          .max((one, other) -> one.compareTo(other))
          .orElseThrow();
    }
  }
}
