package dev.sluice.api.oip.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.admission.ByteBudget;
import dev.sluice.admission.Limiter;
import dev.sluice.api.RequestThreads;
import dev.sluice.api.oip.Datatype;
import dev.sluice.api.oip.FakeHealth;
import dev.sluice.api.oip.ModelCatalog;
import dev.sluice.api.oip.ModelControl;
import dev.sluice.api.oip.ServerMetadata;
import dev.sluice.api.oip.SharedMemory;
import dev.sluice.api.tfs.Await;
import dev.sluice.api.tfs.CountingTensors;
import dev.sluice.api.tfs.FakeModels;
import dev.sluice.api.tfs.FakeServable;
import dev.sluice.http.HttpLimits;
import dev.sluice.http.HttpListener;
import dev.sluice.lifecycle.Health;
import dev.sluice.lifecycle.VersionState;
import dev.sluice.lifecycle.VersionStatus;
import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.predict.Predictor;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.telemetry.Telemetry;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** The API on a real socket, with everything counted that a request holds. */
final class OipServer implements AutoCloseable {
  /** Two inputs, {@code a} FP32 [-1,2] and {@code b} BYTES [-1], and as many outputs. */
  static final String TWO = "two";

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final long BODIES = 16 << 20;

  final FakeModels models = new FakeModels();
  final CountingTensors memory = new CountingTensors();
  final Limiter limiter = new Limiter(100);
  private final ByteBudget bodies = new ByteBudget(BODIES);
  private final ByteBudget inputs = new ByteBudget(BODIES);
  final MetricRegistry registry = new MetricRegistry();
  final ServingMetrics metrics = new ServingMetrics(registry, false);
  final List<String> controlled = new CopyOnWriteArrayList<>();
  final FakeHealth health = new FakeHealth();
  private volatile Step onControl = () -> {};
  private final Map<String, FakeServable> identities = new HashMap<>();
  private final Map<String, List<VersionStatus>> states = new TreeMap<>();
  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final HttpClient client = HttpClient.newHttpClient();
  private final HttpListener listener;
  private final String address;

  /** Serves a model for each datatype, named after it, and {@link #TWO}. */
  OipServer(Path sharedMemory) throws IOException {
    for (Datatype datatype : Datatype.values()) {
      add(datatype.name(), identity(signature("x", "y", datatype.type())));
    }
    add(TWO, identity(two(Signature.DEFAULT_KEY), two("other")));
    Predictor predictor = new Predictor(models, limiter, inputs);
    OipRestApi api =
        new OipRestApi(
            new OipRestApi.Parts(
                ServerMetadata.of("1.2.3"),
                health,
                predictor,
                new ModelCatalog(predictor, () -> states, health),
                new Control(),
                new SharedMemory(sharedMemory),
                new RequestThreads(() -> null, Runnable::run, new ByteBudget(BODIES)),
                Telemetry.of(metrics)),
            new OipRestOptions(LONG, false));
    listener =
        new HttpListener(
            loops,
            loops,
            NioServerSocketChannel.class,
            api,
            new HttpLimits(bodies, LONG, LONG, Duration.ofSeconds(5)),
            Clock.systemUTC());
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    address = "http://127.0.0.1:" + listener.bind(any).getPort();
  }

  private FakeServable identity(Signature... signatures) {
    Map<String, Signature> byKey = new TreeMap<>();
    for (Signature signature : signatures) {
      byKey.put(signature.key(), signature);
    }
    return new FakeServable(byKey, memory);
  }

  private static Signature signature(String input, String output, DataType type) {
    return new Signature(
        Signature.DEFAULT_KEY,
        "",
        List.of(new TensorSpec(input, type, false, Shape.unknownRank(), input)),
        List.of(new TensorSpec(output, type, false, Shape.unknownRank(), output)),
        Map.of());
  }

  private static Signature two(String key) {
    return new Signature(
        key,
        "",
        List.of(
            new TensorSpec("a", DataType.FLOAT, false, Shape.of(-1, 2), "a:0"),
            new TensorSpec("b", DataType.STRING, false, Shape.of(-1), "b:0")),
        List.of(
            new TensorSpec("c", DataType.FLOAT, false, Shape.of(-1, 2), "c:0"),
            new TensorSpec("d", DataType.STRING, false, Shape.of(-1), "d:0")),
        Map.of());
  }

  private void add(String model, FakeServable servable) {
    models.add(model, 1, servable);
    identities.put(model, servable);
    setState(model, VersionState.AVAILABLE);
  }

  /** What a load or an unload does. */
  @FunctionalInterface
  interface Step {
    void run() throws InterruptedException;
  }

  /** Sets what loads and unloads do; the default is nothing. */
  void onControl(Step step) {
    onControl = step;
  }

  Socket connect() throws IOException {
    URI server = URI.create(address);
    return new Socket(server.getHost(), server.getPort());
  }

  /** Notes what it is told, and knows one model. */
  private final class Control implements ModelControl {
    @Override
    public void load(String model) throws ServingException, InterruptedException {
      control("load", model);
    }

    @Override
    public void unload(String model) throws ServingException, InterruptedException {
      control("unload", model);
    }

    private void control(String what, String model) throws ServingException, InterruptedException {
      if (!model.equals(TWO)) {
        throw new ServingException(Code.NOT_FOUND, "Model " + model + ": there is none");
      }
      controlled.add(what);
      onControl.run();
    }
  }

  /** Returns the servable of a datatype's model. */
  FakeServable identity(String datatype) {
    FakeServable servable = identities.get(datatype);
    if (servable == null) {
      throw new IllegalArgumentException("no model " + datatype);
    }
    return servable;
  }

  /** Makes version 1 of a model known. */
  void setState(String model, VersionState state) {
    List<VersionStatus> versions = new ArrayList<>();
    versions.add(new VersionStatus(new ServableId(model, 1), state, Health.OK, Health.OK));
    states.put(model, versions);
  }

  HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(), path);
  }

  HttpResponse<byte[]> post(String path, String body, String... headers)
      throws IOException, InterruptedException {
    return post(path, body.getBytes(UTF_8), headers);
  }

  HttpResponse<byte[]> post(String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofByteArray(body));
    return send(headers.length == 0 ? request : request.headers(headers), path);
  }

  HttpResponse<byte[]> send(HttpRequest.Builder request, String path)
      throws IOException, InterruptedException {
    return client.send(
        request.uri(URI.create(address + path)).timeout(Duration.ofSeconds(30)).build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  /** Asks a model and returns the answer's body, which must not be an error. */
  String infer(String model, String body) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = post("/v2/models/" + model + "/infer", body);
    String text = new String(answer.body(), UTF_8);
    assertEquals(200, answer.statusCode(), text);
    return text;
  }

  /** Asks a model and returns the answer's body, which must be an error of the client's. */
  String refusal(String model, String body) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = post("/v2/models/" + model + "/infer", body);
    String text = new String(answer.body(), UTF_8);
    assertEquals(400, answer.statusCode(), text);
    return text;
  }

  /** Waits until nothing is held by any request. */
  void awaitIdle() {
    Await.until("all permits back", () -> limiter.inFlight() == 0);
    Await.until("all leases back", () -> models.lent() == 0);
    Await.until("no bytes held", () -> bodies.held() == 0 && inputs.held() == 0);
    assertEquals(0, memory.open(), "tensors closed exactly once");
  }

  @Override
  public void close() {
    awaitIdle();
    client.close();
    listener.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
