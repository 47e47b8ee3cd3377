package dev.sluice.api.tfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.admission.ByteBudget;
import dev.sluice.admission.Limiter;
import dev.sluice.api.RequestThreads;
import dev.sluice.api.json.JsonSink;
import dev.sluice.api.rest.GzipBodies;
import dev.sluice.api.rest.RestHead;
import dev.sluice.api.rest.RestInference;
import dev.sluice.api.rest.RestRequest;
import dev.sluice.api.rest.RestTarget;
import dev.sluice.api.tfs.json.JsonBody;
import dev.sluice.http.HttpHandler;
import dev.sluice.http.HttpLimits;
import dev.sluice.http.HttpListener;
import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.predict.Call;
import dev.sluice.predict.Predictor;
import dev.sluice.predict.VersionChoice;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.telemetry.RequestRecord;
import dev.sluice.telemetry.Telemetry;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
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
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests over REST whose worker is the test, and whose verb fails where a test says. */
final class RestExchangeTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final String ROWS = "{\"instances\": [1.0, 2.0]}";
  private static final int BUDGET = 100_000;

  private final FakeModels models = new FakeModels();
  private final CountingTensors memory = new CountingTensors();
  private final Limiter limiter = new Limiter(10);
  private final ByteBudget bodies = new ByteBudget(BUDGET);
  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final ServingMetrics metrics = new ServingMetrics(new MetricRegistry(), false);
  private final RecordingListener listener = new RecordingListener();
  private final Telemetry telemetry = new Telemetry(metrics, listener);
  private final RestApi api;
  private final RestInference inference;
  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final HttpClient client = HttpClient.newHttpClient();

  RestExchangeTest() {
    models.add(Models.NAME, 1, Models.identity(memory));
    Predictor predictor = new Predictor(models, limiter);
    RequestThreads threads = new RequestThreads(() -> null, tasks::add, new ByteBudget(1));
    RestOptions options = new RestOptions(Duration.ZERO, false, false);
    api = new RestApi(predictor, model -> List.of(), options, threads, telemetry);
    inference = new RestInference(predictor, threads, options.timeout(), new ErrorAnswers(options));
  }

  @AfterEach
  void everythingIsGivenBack() {
    client.close();
    Await.until("no bytes held", () -> bodies.held() == 0);
    Await.until("permits back", () -> limiter.inFlight() == 0);
    assertEquals(0, memory.open(), "tensors");
    assertEquals(0, models.lent(), "leases");
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private HttpListener listen(HttpHandler handler) {
    return new HttpListener(
        loops,
        loops,
        NioServerSocketChannel.class,
        handler,
        new HttpLimits(bodies, LONG, LONG, Duration.ofSeconds(5)),
        Clock.systemUTC());
  }

  private CompletableFuture<HttpResponse<String>> post(HttpListener listener, byte[] body)
      throws Exception {
    return send(listener, HttpRequest.newBuilder(), body);
  }

  private CompletableFuture<HttpResponse<String>> postGzip(HttpListener listener, String body)
      throws Exception {
    return send(
        listener,
        HttpRequest.newBuilder().header("Content-Encoding", "gzip"),
        GzipBodies.gzip(body.getBytes(UTF_8)));
  }

  private CompletableFuture<HttpResponse<String>> send(
      HttpListener listener, HttpRequest.Builder request, byte[] body) throws Exception {
    int port = listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).getPort();
    URI target = URI.create("http://127.0.0.1:" + port + "/v1/models/" + Models.NAME + ":predict");
    return client.sendAsync(
        request
            .uri(target)
            .timeout(Duration.ofSeconds(30))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private Runnable task() throws InterruptedException {
    Runnable task = tasks.poll(30, TimeUnit.SECONDS);
    if (task == null) {
      throw new AssertionError("nothing was handed to a worker within 30 s");
    }
    return task;
  }

  private HttpHandler handler(RestRequest<?> request) {
    return exchange ->
        inference.serve(
            exchange,
            new RestTarget(Models.NAME, VersionChoice.LATEST),
            request,
            telemetry.requests(Api.PREDICT, Entrypoint.REST),
            RestApi.expansion(exchange));
  }

  @Test
  void aCompressedBodyIsExpandedOnAWorkerHoweverSmall() throws Exception {
    try (HttpListener listener = listen(api)) {
      var answer = postGzip(listener, ROWS);
      Runnable task = task();
      assertEquals(0, memory.allocations());
      task.run();
      assertEquals(200, answer.get().statusCode());
    }
  }

  @Test
  void whoListensIsToldOfAnswersAndFailures() throws Exception {
    try (HttpListener listening = listen(api)) {
      HttpResponse<String> answer =
          send(
                  listening,
                  HttpRequest.newBuilder().header("traceparent", "00-1-2-01"),
                  ROWS.getBytes(UTF_8))
              .get();
      assertEquals(200, answer.statusCode());
      Await.until("the end of it", () -> !listener.ended().isEmpty());
      RecordingListener.Seen seen = listener.ended().getFirst();
      assertTrue(seen.client().contains("127.0.0.1"), seen::toString);
      assertEquals(
          new RecordingListener.Seen(
              Code.OK,
              Models.NAME,
              1,
              Signature.DEFAULT_KEY,
              "",
              ROWS.length(),
              answer.body().length(),
              seen.client(),
              new RecordingListener.Trace("00-1-2-01", false)),
          seen);
    }
    RestRequest<JsonBody> broken = new Failing(new IllegalStateException("a bug"));
    try (HttpListener listening = listen(handler(broken))) {
      assertEquals(500, post(listening, ROWS.getBytes(UTF_8)).get().statusCode());
      Await.until("the end of it", () -> listener.ended().size() == 2);
    }
    assertEquals(List.of(Code.OK, Code.INTERNAL), listener.codes());
    assertEquals(2, listener.begun());
  }

  @Test
  void whoListensIsToldOfTheTimeOutOfWhatWasNeverDecoded() throws Exception {
    RestApi hasty =
        new RestApi(
            new Predictor(models, limiter),
            model -> List.of(),
            new RestOptions(Duration.ofMillis(1), false, false),
            new RequestThreads(() -> null, tasks::add, new ByteBudget(1)),
            telemetry);
    try (HttpListener listening = listen(hasty)) {
      assertEquals(504, postGzip(listening, ROWS).get().statusCode());
      task().run();
      Await.until("the end of it", () -> !listener.ended().isEmpty());
    }
    assertEquals(List.of(Code.DEADLINE_EXCEEDED), listener.codes());
    RecordingListener.Seen seen = listener.ended().getFirst();
    assertEquals(Models.NAME, seen.model());
    assertEquals(RequestRecord.NO_VERSION, seen.version());
    assertEquals("", seen.signature());
  }

  @Test
  void whatABodyExpandsToIsHeldUntilItIsDecoded() throws Exception {
    Recording recording = new Recording();
    String body = ROWS + " ".repeat(BUDGET);
    try (HttpListener listener = listen(handler(recording))) {
      var answer = postGzip(listener, body);
      task().run();
      assertEquals(200, answer.get().statusCode());
      assertEquals(body.length() - (64 << 10), recording.heldWhileReading);
      assertEquals(0, recording.heldWhileWriting);
    }
  }

  @Test
  void anExpansionThatFindsNoRoomIsRefused() throws Exception {
    assertTrue(bodies.tryTake(BUDGET / 2));
    try (HttpListener listener = listen(api)) {
      var answer = postGzip(listener, ROWS + " ".repeat(10 * BUDGET));
      task().run();
      assertEquals(503, answer.get().statusCode());
      assertTrue(answer.get().body().contains("at most " + BUDGET), answer.get().body());
      assertEquals(BUDGET / 2, bodies.held());
      assertEquals(0, memory.allocations());
    } finally {
      bodies.release(BUDGET / 2);
    }
  }

  @Test
  void fewBytesThatStandForManyAreFilledInOnAWorker() throws Exception {
    Multiplying multiplying = new Multiplying();
    try (HttpListener listener = listen(handler(multiplying))) {
      var answer = post(listener, ROWS.getBytes(UTF_8));
      Runnable task = task();
      assertEquals(0, memory.open(), "what was begun on the loop");
      assertEquals(0, limiter.inFlight());
      task.run();
      assertEquals(200, answer.get().statusCode(), answer.get().body());
      assertEquals(2, multiplying.fills);
    }
  }

  @Test
  void anAnswerThatIsTooLargeIsAnError() throws Exception {
    RestRequest<JsonBody> tooLarge = new Failing(new OutOfMemoryError("a text of more than 2 GiB"));
    try (HttpListener listener = listen(handler(tooLarge))) {
      HttpResponse<String> answer = post(listener, ROWS.getBytes(UTF_8)).get();
      assertEquals(500, answer.statusCode());
      assertTrue(answer.body().contains("a text of more than 2 GiB"), answer.body());
    }
  }

  @Test
  void aBugOfTheEncoderIsAnError() throws Exception {
    RestRequest<JsonBody> broken = new Failing(new IllegalStateException("a bug"));
    try (HttpListener listener = listen(handler(broken))) {
      HttpResponse<String> answer = post(listener, ROWS.getBytes(UTF_8)).get();
      assertEquals(500, answer.statusCode());
      assertTrue(answer.body().contains("Internal error"), answer.body());
    }
  }

  /** Predict, with a look at the budget. */
  private final class Recording implements RestRequest<JsonBody> {
    private final RestPredict predict = new RestPredict(new RestOptions(LONG, false, false));
    private long heldWhileReading;
    private long heldWhileWriting;

    @Override
    public JsonBody read(byte[] bytes, int length) throws ServingException {
      heldWhileReading = bodies.held();
      return predict.read(bytes, length);
    }

    @Override
    public void fill(Call call, JsonBody json) throws ServingException {
      predict.fill(call, json);
    }

    @Override
    public RestHead write(JsonSink sink, Call finished, Tensor[] outputs) throws ServingException {
      heldWhileWriting = bodies.held();
      return predict.write(sink, finished, outputs);
    }
  }

  /** Predict, with another two megabytes for its input. */
  private static final class Multiplying implements RestRequest<JsonBody> {
    private final RestPredict predict = new RestPredict(new RestOptions(LONG, false, false));
    private int fills;

    @Override
    public JsonBody read(byte[] bytes, int length) throws ServingException {
      return predict.read(bytes, length);
    }

    @Override
    public void fill(Call call, JsonBody json) throws ServingException {
      fills++;
      predict.fill(call, json);
      call.allocateInput(0, DataType.FLOAT, Shape.of(1 << 19), 2 << 20).data().fill((byte) 0);
    }

    @Override
    public RestHead write(JsonSink sink, Call finished, Tensor[] outputs) throws ServingException {
      return predict.write(sink, finished, outputs);
    }
  }

  /** Predict, until the answer is to be written. */
  private static final class Failing implements RestRequest<JsonBody> {
    private final RestPredict predict = new RestPredict(new RestOptions(LONG, false, false));
    private final Throwable failure;

    Failing(Throwable failure) {
      this.failure = failure;
    }

    @Override
    public JsonBody read(byte[] bytes, int length) throws ServingException {
      return predict.read(bytes, length);
    }

    @Override
    public void fill(Call call, JsonBody json) throws ServingException {
      predict.fill(call, json);
    }

    @Override
    public RestHead write(JsonSink sink, Call finished, Tensor[] outputs) {
      switch (failure) {
        case Error error -> throw error;
        case RuntimeException bug -> throw bug;
        default -> throw new AssertionError(failure);
      }
    }
  }
}
