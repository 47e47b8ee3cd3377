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
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.Signature;
import dev.sluice.telemetry.Telemetry;
import dev.sluice.tensor.TensorAllocator;
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
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests over REST that wait for a servable which keeps deadlines itself. */
final class KeptDeadlineTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final CountingTensors memory = new CountingTensors();
  private final Keeper keeper = new Keeper(Models.identity(memory));
  private final ServingMetrics metrics = new ServingMetrics(new MetricRegistry(), false);
  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final HttpClient client = HttpClient.newHttpClient();
  private HttpListener listener;

  private record Run(RunRequest request, Completion completion) {}

  /** Lets the test run what it was given. */
  private static final class Keeper implements Servable {
    private final Servable servable;
    private final BlockingQueue<Run> runs = new LinkedBlockingQueue<>();

    Keeper(Servable servable) {
      this.servable = servable;
    }

    Run next() throws InterruptedException {
      Run run = runs.poll(30, TimeUnit.SECONDS);
      assertTrue(run != null, "no run within 30 s");
      return run;
    }

    @Override
    public Map<String, Signature> signatures() {
      return servable.signatures();
    }

    @Override
    public TensorAllocator allocator() {
      return servable.allocator();
    }

    @Override
    public boolean keepsDeadlines() {
      return true;
    }

    @Override
    public void run(RunRequest request, Completion completion) {
      runs.add(new Run(request, completion));
    }
  }

  @BeforeEach
  void listen() {
    FakeModels models = new FakeModels();
    models.add(Models.NAME, 1, keeper);
    RestApi api =
        new RestApi(
            new Predictor(models, new Limiter(10)),
            model -> List.of(),
            new RestOptions(Duration.ofMillis(1), false, false),
            new RequestThreads(() -> null, Runnable::run, new ByteBudget(1)),
            Telemetry.of(metrics));
    listener =
        new HttpListener(
            loops,
            loops,
            NioServerSocketChannel.class,
            api,
            new HttpLimits(new ByteBudget(100_000), LONG, LONG, Duration.ofSeconds(5)),
            Clock.systemUTC());
  }

  @AfterEach
  void everythingIsGivenBack() {
    client.close();
    listener.close();
    assertEquals(0, memory.open(), "tensors");
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private CompletableFuture<HttpResponse<String>> post() throws Exception {
    int port = listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).getPort();
    URI target = URI.create("http://127.0.0.1:" + port + "/v1/models/" + Models.NAME + ":predict");
    return client.sendAsync(
        HttpRequest.newBuilder(target)
            .timeout(Duration.ofSeconds(30))
            .POST(HttpRequest.BodyPublishers.ofString("{\"instances\": [1.0]}"))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static Run late(Run run) {
    Await.until("late", () -> run.request().remainingNanos(System.nanoTime()) <= 0);
    return run;
  }

  @Test
  void aLateRequestIsAnsweredByItsServable() throws Exception {
    CompletableFuture<HttpResponse<String>> answer = post();
    Run run = late(keeper.next());
    assertTrue(run.request().isAbandoned());
    assertTrue(!run.request().isCancelled());
    keeper.servable.run(run.request(), run.completion());
    assertEquals(200, answer.get().statusCode());
  }

  @Test
  void aLateRequestThatRunsIsAnsweredWhenItsRunIsLateToo() throws Exception {
    CompletableFuture<HttpResponse<String>> answer = post();
    Run run = late(keeper.next());
    run.request().mayRunUntil(System.nanoTime());
    HttpResponse<String> found = answer.get();
    assertEquals(504, found.statusCode());
    assertTrue(found.body().contains("Timed out waiting for notification"), found.body());
    assertTrue(run.request().isCancelled());
    keeper.servable.run(run.request(), run.completion());
  }
}
