package dev.sluice.console;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.sluice.admission.ByteBudget;
import dev.sluice.admission.Limiter;
import dev.sluice.api.tfs.CountingTensors;
import dev.sluice.api.tfs.FakeModels;
import dev.sluice.api.tfs.FakeServable;
import dev.sluice.http.HttpLimits;
import dev.sluice.http.HttpListener;
import dev.sluice.http.Router;
import dev.sluice.lifecycle.Health;
import dev.sluice.lifecycle.VersionState;
import dev.sluice.lifecycle.VersionStatus;
import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.metrics.VersionStatistics;
import dev.sluice.predict.Predictor;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConsoleTest {
  private final FakeModels models = new FakeModels();
  private final Map<String, List<VersionStatus>> states = new TreeMap<>();
  private final ServingMetrics metrics = new ServingMetrics(new MetricRegistry(), false);
  private final Limiter limiter = new Limiter(7);
  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Console console =
      new Console(
          new Console.Parts(
              "1.2.3", () -> true, () -> states, new Predictor(models, limiter), limiter, metrics),
          Clock.systemUTC());
  private final HttpListener listener =
      new HttpListener(
          loops,
          loops,
          NioServerSocketChannel.class,
          new Router(
              Map.of(Console.PATH, console),
              List.of(new Router.Prefix(Console.PATH + "/", console))),
          new HttpLimits(
              new ByteBudget(1 << 20),
              Duration.ofMinutes(1),
              Duration.ofMinutes(1),
              Duration.ofSeconds(5)),
          Clock.systemUTC());
  private int port;

  @BeforeEach
  void open() throws IOException {
    port = listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).getPort();
  }

  @AfterEach
  void close() {
    client.close();
    listener.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private HttpResponse<byte[]> send(String method, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private HttpResponse<byte[]> get(String path, String... headers)
      throws IOException, InterruptedException {
    return send("GET", path, headers);
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  private JsonObject json(String path) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = get(path);
    assertEquals(200, response.statusCode(), () -> text(response));
    return JsonParser.parseString(text(response)).getAsJsonObject();
  }

  private void addState(String model, long version, VersionState state, Health health) {
    states
        .computeIfAbsent(model, name -> new ArrayList<>())
        .add(new VersionStatus(new ServableId(model, version), state, health, Health.OK));
  }

  @Test
  void thePageLetsNothingInFromElsewhere() throws Exception {
    HttpResponse<byte[]> moved = get("/console");
    assertEquals(308, moved.statusCode());
    assertEquals("console/", header(moved, "Location"));
    HttpResponse<byte[]> page = get("/console/");
    assertEquals(200, page.statusCode());
    assertEquals("text/html; charset=utf-8", header(page, "Content-Type"));
    assertTrue(header(page, "Content-Security-Policy").startsWith("default-src 'self';"));
    assertEquals("nosniff", header(page, "X-Content-Type-Options"));
  }

  @Test
  void everyFileThatThePageNamesIsThere() throws Exception {
    String page = text(get("/console/"));
    List<String> files = new ArrayList<>();
    Pattern.compile("(?:src|href)=\"([a-z][^\"]*)\"")
        .matcher(page)
        .results()
        .forEach(match -> files.add(match.group(1)));
    assertTrue(files.contains("js/app.js") && files.contains("lib/uplot.css"), files::toString);
    Pattern imported = Pattern.compile("from '\\./([a-z]+\\.js)'|from '\\.\\./(lib/[a-z]+\\.js)'");
    for (int i = 0; i < files.size(); i++) {
      HttpResponse<byte[]> file = get("/console/" + files.get(i));
      assertEquals(200, file.statusCode(), files.get(i));
      imported
          .matcher(text(file))
          .results()
          .map(match -> match.group(1) == null ? match.group(2) : "js/" + match.group(1))
          .filter(name -> !files.contains(name))
          .forEach(files::add);
    }
    assertTrue(files.contains("lib/uplot.js"), files::toString);
  }

  @Test
  void aFileThatIsKnownIsNotSentAgain() throws Exception {
    HttpResponse<byte[]> first = get("/console/console.css");
    assertEquals("no-cache", header(first, "Cache-Control"));
    String tag = header(first, "ETag");
    HttpResponse<byte[]> again = get("/console/console.css", "If-None-Match", tag);
    assertEquals(304, again.statusCode());
    assertEquals(0, again.body().length);
    assertEquals(tag, header(again, "ETag"));
    assertEquals(200, get("/console/console.css", "If-None-Match", "W/\"other\"").statusCode());
  }

  @Test
  void filesAreCompressedForThoseWhoTakeIt() throws Exception {
    HttpResponse<byte[]> plain = get("/console/js/app.js");
    HttpResponse<byte[]> gzip = get("/console/js/app.js", "Accept-Encoding", "br, gzip");
    assertEquals("", header(plain, "Content-Encoding"));
    assertEquals("gzip", header(gzip, "Content-Encoding"));
    assertEquals("Accept-Encoding", header(gzip, "Vary"));
    assertTrue(gzip.body().length < plain.body().length / 2);
    assertArrayEquals(
        plain.body(), new GZIPInputStream(new ByteArrayInputStream(gzip.body())).readAllBytes());
  }

  @Test
  void whatIsNoFileOfThePageIsNotFound() throws Exception {
    for (String path :
        List.of("nothing", "js/", "../console/js/app.js", "..%2fConsole.class", "package-info")) {
      HttpResponse<byte[]> response = get("/console/" + path);
      assertEquals(404, response.statusCode(), path);
      assertTrue(text(response).startsWith("{\"error\":\"Expected a file of the console"), path);
    }
  }

  @Test
  void onlyReadingIsAllowed() throws Exception {
    HttpResponse<byte[]> refused = send("POST", "/console/api/state");
    assertEquals(405, refused.statusCode());
    assertEquals("GET, HEAD", header(refused, "Allow"));
    HttpResponse<byte[]> head = send("HEAD", "/console/");
    assertEquals(200, head.statusCode());
    assertEquals(0, head.body().length);
  }

  @Test
  void theStateHasModelsVersionsAndReasons() throws Exception {
    addState("m", 3, VersionState.END, new Health(Code.INVALID_ARGUMENT, "no graph"));
    addState("m", 2, VersionState.AVAILABLE, Health.OK);
    models.add("m", 2, new FakeServable(Map.of(), new CountingTensors()));
    assertTrue(limiter.tryAcquire());
    JsonObject state = json("/console/api/state");
    JsonObject server = state.getAsJsonObject("server");
    assertEquals("1.2.3", server.get("version").getAsString());
    assertTrue(server.get("ready").getAsBoolean());
    assertEquals(1, server.get("inFlight").getAsInt());
    assertEquals(7, server.get("mostInFlight").getAsInt());
    assertTrue(server.get("residentBytes").getAsLong() > 1 << 20);
    JsonArray versions =
        state.getAsJsonArray("models").get(0).getAsJsonObject().getAsJsonArray("versions");
    JsonObject failed = versions.get(0).getAsJsonObject();
    assertEquals("3", failed.get("version").getAsString());
    assertEquals("END", failed.get("state").getAsString());
    assertTrue(failed.get("reason").getAsString().contains("no graph"), failed::toString);
    JsonObject served = versions.get(1).getAsJsonObject();
    assertEquals("AVAILABLE", served.get("state").getAsString());
    assertEquals("", served.get("reason").getAsString());
    assertEquals(0, models.lent());
  }

  @Test
  void theStateCountsRequestsTimesAndRuns() throws Exception {
    addState("m", 2, VersionState.AVAILABLE, Health.OK);
    metrics.requests(Api.PREDICT, Entrypoint.GRPC).succeeded("m", 11_000, 5_000);
    metrics.requests(Api.INFER, Entrypoint.REST).succeeded("m", 1_000, 500);
    metrics.requests(Api.INFO, Entrypoint.REST).succeeded("m", 1_000);
    metrics.requests(Api.PREDICT, Entrypoint.REST).failed("m", "INVALID_ARGUMENT");
    VersionStatistics statistics = metrics.inference().of("m", 2);
    statistics.succeeded(1, 2_000, 3_000, 77);
    statistics.ran(4, 9_000);
    JsonObject state = json("/console/api/state");
    JsonObject model = state.getAsJsonArray("models").get(0).getAsJsonObject();
    JsonArray limits = state.getAsJsonArray("latencyLimits");
    JsonArray latency = model.getAsJsonArray("latency"); // to the slowest, 11 µs
    assertEquals(1, latency.get(0).getAsLong());
    assertTrue(limits.get(latency.size() - 1).getAsLong() > 11);
    assertTrue(limits.get(latency.size() - 2).getAsLong() <= 11);
    assertEquals(1, latency.get(latency.size() - 1).getAsLong());
    assertEquals("{\"INVALID_ARGUMENT\":1,\"OK\":3}", model.get("statuses").toString());
    JsonObject version = model.getAsJsonArray("versions").get(0).getAsJsonObject();
    assertEquals(1, version.get("answered").getAsLong());
    assertEquals(2, version.get("queueMicros").getAsLong());
    assertEquals(3, version.get("runMicros").getAsLong());
    assertEquals(77, version.get("lastMillis").getAsLong());
    assertEquals("[[4,1,9]]", version.get("batches").toString());
  }

  @Test
  void ofTheManyVersionsThatAreGoneAFewAreTold() throws Exception {
    for (long version = 100; version > 0; version--) {
      addState("m", version, VersionState.END, Health.OK);
    }
    JsonArray versions =
        json("/console/api/state")
            .getAsJsonArray("models")
            .get(0)
            .getAsJsonObject()
            .getAsJsonArray("versions");
    assertEquals(StateText.MOST_ENDED, versions.size());
    assertEquals("100", versions.get(0).getAsJsonObject().get("version").getAsString());
  }

  @Test
  void aVersionSaysWhatItTakes() throws Exception {
    Signature signature =
        new Signature(
            "serving_default",
            "tensorflow/serving/predict",
            List.of(
                new TensorSpec("x", DataType.FLOAT, false, Shape.of(-1, 8), "x:0"),
                new TensorSpec("any", null, false, Shape.unknownRank(), "any:0")),
            List.of(new TensorSpec("y", DataType.INT64, false, Shape.scalar(), "y:0")),
            Map.of());
    models.add(
        "a/b", 2, new FakeServable(Map.of(signature.key(), signature), new CountingTensors()));
    JsonObject model = json("/console/api/models/a%2Fb/versions/2");
    assertEquals("a/b", model.get("name").getAsString());
    JsonObject told = model.getAsJsonArray("signatures").get(0).getAsJsonObject();
    assertEquals("serving_default", told.get("key").getAsString());
    assertEquals(
        "[{\"name\":\"any\",\"dtype\":\"\",\"ranked\":false,\"shape\":[],\"optional\":false},"
            + "{\"name\":\"x\",\"dtype\":\"float\",\"ranked\":true,\"shape\":[-1,8],\"optional\":false}]",
        told.get("inputs").toString());
    assertEquals(
        "[{\"name\":\"y\",\"dtype\":\"int64\",\"ranked\":true,\"shape\":[],\"optional\":false}]",
        told.get("outputs").toString());
    assertEquals(0, models.lent());
  }

  @Test
  void aVersionThatIsNotThereIsNotFound() throws Exception {
    HttpResponse<byte[]> missing = get("/console/api/models/m/versions/2");
    assertEquals(404, missing.statusCode());
    assertTrue(text(missing).contains("Specific(m, 2)"), () -> text(missing));
    for (String path : List.of("m", "m/versions/", "m/versions/x")) {
      HttpResponse<byte[]> bad = get("/console/api/models/" + path);
      assertEquals(400, bad.statusCode(), path);
      assertFalse(text(bad).isEmpty());
    }
  }
}
