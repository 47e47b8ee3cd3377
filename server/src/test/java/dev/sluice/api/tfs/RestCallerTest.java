package dev.sluice.api.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.admission.ByteBudget;
import dev.sluice.admission.Limiter;
import dev.sluice.api.RequestThreads;
import dev.sluice.http.HttpLimits;
import dev.sluice.http.HttpListener;
import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.predict.Predictor;
import dev.sluice.servable.Caller;
import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.ForwardingServable;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.telemetry.Telemetry;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a servable is told of who asks over REST, and what those are told that it refuses. */
final class RestCallerTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final CountingTensors memory = new CountingTensors();
  private final Noting noting = new Noting(Models.identity(memory));
  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final HttpClient client = HttpClient.newHttpClient();
  private final HttpListener listener = listen();
  private final int port =
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).getPort();

  RestCallerTest() throws Exception {}

  /** Notes who asks. */
  private static final class Noting extends ForwardingServable {
    private volatile @Nullable ServingException refusal;
    private volatile long remainingAtFirst;
    private volatile long remaining;
    private volatile String client = "";

    Noting(Servable servable) {
      super(servable);
    }

    @Override
    public @Nullable ServingException overload(Caller caller) {
      remainingAtFirst = caller.remainingNanos(System.nanoTime());
      return refusal;
    }

    @Override
    public void run(RunRequest request, Completion completion) {
      remaining = request.remainingNanos(System.nanoTime());
      client = request.clientName();
      servable.run(request, completion);
    }
  }

  private HttpListener listen() {
    FakeModels models = new FakeModels();
    models.add(Models.NAME, 1, noting);
    RestApi api =
        new RestApi(
            new Predictor(models, new Limiter(10)),
            model -> List.of(),
            new RestOptions(TIMEOUT, false, false),
            new RequestThreads(() -> null, Runnable::run, new ByteBudget(1)),
            Telemetry.of(new ServingMetrics(new MetricRegistry(), false)));
    return new HttpListener(
        loops,
        loops,
        NioServerSocketChannel.class,
        exchange -> {
          String name = exchange.header("who");
          exchange.setClientName(name == null ? "" : name);
          api.handle(exchange);
        },
        new HttpLimits(new ByteBudget(100_000), LONG, LONG, Duration.ofSeconds(5)),
        Clock.systemUTC());
  }

  @AfterEach
  void close() {
    client.close();
    listener.close();
    assertEquals(0, memory.open(), "tensors");
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private HttpResponse<String> post(String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + port + "/v1/models/" + Models.NAME + ":predict"))
            .timeout(Duration.ofSeconds(30))
            .POST(HttpRequest.BodyPublishers.ofString("{\"instances\": [1.0]}"));
    return client.send(
        headers.length == 0 ? request.build() : request.headers(headers).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private void assertRemaining(Duration most) {
    for (long nanos : new long[] {noting.remainingAtFirst, noting.remaining}) {
      long least = most.minusSeconds(5).toNanos();
      assertTrue(nanos <= most.toNanos() && nanos > least, () -> nanos + " of " + most);
    }
  }

  @Test
  void theEarliestOfTheTimeoutsCounts() throws Exception {
    assertEquals(200, post().statusCode());
    assertRemaining(TIMEOUT);
    assertEquals(200, post("X-Request-Timeout-Ms", "15000").statusCode());
    assertRemaining(Duration.ofSeconds(15));
    assertEquals(200, post("x-request-timeout", "10.5").statusCode());
    assertRemaining(Duration.ofMillis(10_500));
    assertEquals(
        200,
        post("X-Request-Timeout", "15", "X-Envoy-Expected-Rq-Timeout-Ms", "9000").statusCode());
    assertRemaining(Duration.ofSeconds(9));
    assertEquals(200, post("X-Request-Timeout-Ms", "99999999").statusCode());
    assertRemaining(TIMEOUT);
  }

  @ParameterizedTest
  @CsvSource({
    "X-Request-Timeout-Ms,'',a whole number of milliseconds",
    "X-Request-Timeout-Ms,0,a whole number of milliseconds",
    "X-Request-Timeout-Ms,-5,a whole number of milliseconds",
    "X-Request-Timeout-Ms,1.5,a whole number of milliseconds",
    "X-Request-Timeout-Ms,5s,a whole number of milliseconds",
    "X-Request-Timeout-Ms,1e9,a whole number of milliseconds",
    "X-Request-Timeout,0.0,a number of seconds",
    "X-Request-Timeout,.,a number of seconds",
    "X-Request-Timeout,NaN,a number of seconds",
    "x-envoy-expected-rq-timeout-ms,soon,a whole number of milliseconds"
  })
  void whatIsNoTimeIsRefused(String header, String value, String expected) throws Exception {
    HttpResponse<String> answer = post(header, value);
    assertEquals(400, answer.statusCode());
    String text = "Header %s: expected %s above 0, found ".formatted(header, expected);
    assertTrue(answer.body().contains(text), answer.body());
    assertTrue(answer.body().contains("\\\"" + value + "\\\""), answer.body());
  }

  @Test
  void theServableIsToldWhoAsks() throws Exception {
    post("who", "somebody");
    assertEquals("somebody", noting.client);
    post();
    assertEquals("", noting.client);
  }

  @Test
  void whoIsRefusedIsToldWhenToComeAgain() throws Exception {
    noting.refusal =
        new ServingException(Code.UNAVAILABLE, "overloaded", Duration.ofMillis(2500), null);
    HttpResponse<String> answer = post();
    assertEquals(503, answer.statusCode());
    assertEquals("3", answer.headers().firstValue("Retry-After").orElse("none"));
    noting.refusal = new ServingException(Code.UNAVAILABLE, "overloaded");
    assertEquals("1", post().headers().firstValue("Retry-After").orElse("none"));
    noting.refusal = new ServingException(Code.UNAVAILABLE, "overloaded", Duration.ofDays(1), null);
    assertEquals("60", post().headers().firstValue("Retry-After").orElse("none"));
    noting.refusal = new ServingException(Code.RESOURCE_EXHAUSTED, "overloaded");
    assertEquals("none", post().headers().firstValue("Retry-After").orElse("none"));
  }
}
