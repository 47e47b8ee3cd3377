package dev.sluice.api.oip.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.tfs.Await;
import dev.sluice.lifecycle.VersionState;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that run no model, and memory that is shared. */
final class EndpointsTest {
  @TempDir private Path sharedMemory;

  private OipServer server;

  @BeforeEach
  void start() throws IOException {
    server = new OipServer(sharedMemory);
    server.setState("loading", VersionState.LOADING);
  }

  @AfterEach
  void everythingIsGivenBack() {
    server.close();
  }

  private String body(int status, HttpResponse<byte[]> answer) {
    String text = new String(answer.body(), UTF_8);
    assertEquals(status, answer.statusCode(), text);
    return text;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /v2/health/live | {"live":true}
          /v2/health/ready | {"ready":true}
          /v2/models/FP32/ready | {"name":"FP32","ready":true}
          /v2/models/FP32/versions/1/ready | {"name":"FP32","ready":true}
          """)
  void healthIsAStatusAndAnObject(String path, String expected) throws Exception {
    assertEquals(expected, body(200, server.get(path)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /v2/health/live | {"live":false}
          /v2/health/ready | {"ready":false}
          /v2/models/FP32/ready | {"name":"FP32","ready":false}
          """)
  void aServerThatIsNotWellSaysSo(String path, String expected) throws Exception {
    server.health.well = false;
    assertEquals(expected, body(503, server.get(path)));
  }

  @Test
  void aModelThatLoadsIsNotReadyAndAnUnknownOneIsNotFound() throws Exception {
    assertEquals(
        "{\"name\":\"loading\",\"ready\":false}",
        body(503, server.get("/v2/models/loading/ready")));
    assertTrue(body(404, server.get("/v2/models/none/ready")).contains("none"));
    assertTrue(body(404, server.get("/v2/models/FP32/versions/7/ready")).contains("7"));
    assertTrue(body(404, server.get("/v2/models/none")).contains("none"));
  }

  @Test
  void theServerSaysWhatItIs() throws Exception {
    for (String path : new String[] {"/v2", "/v2/"}) {
      String text = body(200, server.get(path));
      assertTrue(text.startsWith("{\"name\":\"sluice\",\"version\":\"1.2.3\""), text);
    }
  }

  @Test
  void aModelSaysWhatItTakes() throws Exception {
    assertEquals(
        """
        {"name":"two","versions":["1"],"platform":"","inputs":[\
        {"name":"a","datatype":"FP32","shape":[-1,2]},\
        {"name":"b","datatype":"BYTES","shape":[-1]}],"outputs":[\
        {"name":"c","datatype":"FP32","shape":[-1,2]},\
        {"name":"d","datatype":"BYTES","shape":[-1]}]}""",
        body(200, server.get("/v2/models/two")));
    String config = body(200, server.get("/v2/models/two/versions/1/config"));
    assertTrue(
        config.contains(
            "{\"name\":\"b\",\"data_type\":\"TYPE_STRING\",\"dims\":[-1],\"optional\":false}"),
        config);
  }

  @Test
  void theIndexListsWhatThereIs() throws Exception {
    String all = body(200, server.post("/v2/repository/index", ""));
    assertTrue(all.contains("{\"name\":\"loading\",\"version\":\"1\",\"state\":\"LOADING\""), all);
    String ready = body(200, server.post("/v2/repository/index", "{\"ready\": true}"));
    assertTrue(ready.contains("\"name\":\"two\""), ready);
    assertTrue(!ready.contains("loading"), ready);
    body(400, server.post("/v2/repository/index", "{\"ready\": 1}"));
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v2/models/two/infer, POST",
    "POST, /v2/models/two, GET",
    "PUT, /v2/logging, 'GET, POST'",
    "DELETE, /v2/repository/index, POST"
  })
  void otherMethodsAreToldTheRightOnes(String method, String path, String allow) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder().method(method, HttpRequest.BodyPublishers.noBody());
    HttpResponse<byte[]> answer = server.send(request, path);
    body(405, answer);
    assertEquals(allow, answer.headers().firstValue("Allow").orElseThrow());
  }

  @ParameterizedTest
  @CsvSource({
    "/v2/cudasharedmemory/status",
    "/v2/trace/setting",
    "/v2/models/two/trace/setting",
    "/v2/logging"
  })
  void whatTritonHasAndThisServerHasNotIsSaid(String path) throws Exception {
    assertTrue(body(501, server.get(path)).startsWith("{\"error\":\""));
  }

  @ParameterizedTest
  @CsvSource({"/v2/nonsense", "/v2/models/two/infer/x", "/v2/models", "/v2x"})
  void otherPathsAreNotFound(String path) throws Exception {
    body(404, server.get(path));
  }

  @Test
  void inputsAndOutputsMayLieInSharedMemory() throws Exception {
    ByteBuffer region = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    region.putFloat(8, 1.5f).putFloat(12, -2f);
    Path file = Files.write(sharedMemory.resolve("memory"), region.array());
    String name = "/v2/systemsharedmemory/region/r";
    assertEquals(
        "{}",
        body(
            200,
            server.post(
                name + "/register", "{\"key\": \"/memory\", \"offset\": 8, \"byte_size\": 56}")));
    assertEquals(
        "[{\"name\":\"r\",\"key\":\"/memory\",\"offset\":8,\"byte_size\":56}]",
        body(200, server.get("/v2/systemsharedmemory/status")));
    String answer =
        server.infer(
            "FP32",
            """
            {"inputs": [{"name": "x", "datatype": "FP32", "shape": [2], "parameters":
               {"shared_memory_region": "r", "shared_memory_byte_size": 8}}],
             "outputs": [{"name": "y", "parameters": {"shared_memory_region": "r",
               "shared_memory_offset": 16, "shared_memory_byte_size": 12}}]}
            """);
    assertTrue(
        answer.contains(
            "\"parameters\":{\"shared_memory_region\":\"r\",\"shared_memory_byte_size\":8,"
                + "\"shared_memory_offset\":16}"),
        answer);
    ByteBuffer written = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(1.5f, written.getFloat(24));
    assertEquals(-2f, written.getFloat(28));
    assertEquals("{}", body(200, server.post(name + "/unregister", "")));
    body(404, server.get(name + "/status"));
  }

  @Test
  void aRegionMustBeThere() throws Exception {
    String body = "{\"key\": \"none\", \"byte_size\": 1}";
    String error = body(400, server.post("/v2/systemsharedmemory/region/r/register", body));
    assertTrue(error.contains("none"), error);
    assertTrue(
        body(400, server.post("/v2/systemsharedmemory/region/r/register", "{}")).contains("key"));
  }

  @Test
  void aRegionsNameIsBounded() throws Exception {
    String body = "{\"key\": \"none\", \"byte_size\": 1}";
    String path = "/v2/systemsharedmemory/region/%s/register";
    String error = body(400, server.post(path.formatted("r".repeat(256)), body));
    assertTrue(error.contains("expected a name of at most 255 characters, found 256"), error);
    error = body(400, server.post(path.formatted("r".repeat(255)), body));
    assertTrue(error.contains("none of that key"), error);
  }

  @Test
  void namesOfRegionsAreNotCountedAsModels() throws Exception {
    body(404, server.get("/v2/systemsharedmemory/region/secret/status"));
    body(501, server.get("/v2/cudasharedmemory/region/secret/status"));
    body(200, server.post("/v2/systemsharedmemory/region/secret/unregister", ""));
    body(404, server.get("/v2/models/none"));
    String page = server.registry.page();
    assertTrue(page.contains("none"), page);
    assertTrue(!page.contains("secret"), page);
  }

  @Test
  void aBugIsAnErrorWithABody() throws Exception {
    server.onControl(
        () -> {
          throw new IllegalStateException("a bug");
        });
    assertEquals(
        "{\"error\":\"Internal error; the server's log has the reason\"}",
        body(500, server.post("/v2/repository/models/two/load", "")));
  }

  @Test
  void aClientThatLeavesEndsItsWait() throws Exception {
    CountDownLatch waits = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    server.onControl(
        () -> {
          waits.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            interrupted.countDown();
            throw e;
          }
        });
    try (Socket client = server.connect()) {
      client
          .getOutputStream()
          .write(
              "POST /v2/repository/models/two/load HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
                  .getBytes(UTF_8));
      Await.latch("the load waits", waits);
    }
    Await.latch("the load was interrupted", interrupted);
  }

  @Test
  void aLargeBodyWhereNoneBelongsIsTooLarge() throws Exception {
    body(413, server.post("/v2/repository/index", " ".repeat((64 << 10) + 1)));
  }

  @Test
  void aHeadIsAGetWithoutItsBody() throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder().method("HEAD", HttpRequest.BodyPublishers.noBody());
    assertEquals("", body(200, server.send(request, "/v2/models/two")));
  }

  @Test
  void modelsAreLoadedAndUnloadedByName() throws Exception {
    assertEquals("{}", body(200, server.post("/v2/repository/models/two/unload", "")));
    assertEquals("{}", body(200, server.post("/v2/repository/models/two/load", "{}")));
    assertEquals(List.of("unload", "load"), server.controlled);
    body(404, server.post("/v2/repository/models/none/load", ""));
    String config = "{\"parameters\": {\"config\": \"{}\"}}";
    String refused = body(501, server.post("/v2/repository/models/two/load", config));
    assertTrue(refused.contains("[config]"), refused);
    body(400, server.post("/v2/repository/models/two/load", "[]"));
  }

  @Test
  void whatRunsIsCounted() throws Exception {
    server.metrics.inference().of("two", 1).succeeded(3, 1000, 2000, 77);
    server.metrics.inference().of("two", 1).ran(3, 2000);
    String expected =
        """
        {"model_stats":[{"name":"two","version":"1","last_inference":77,"inference_count":3,\
        "execution_count":1,"inference_stats":{"success":{"count":1,"ns":3000},\
        "fail":{"count":0,"ns":0},"queue":{"count":1,"ns":1000},\
        "compute_input":{"count":0,"ns":0},"compute_infer":{"count":1,"ns":2000},\
        "compute_output":{"count":0,"ns":0},"cache_hit":{"count":0,"ns":0},\
        "cache_miss":{"count":0,"ns":0}},"batch_stats":[{"batch_size":3,\
        "compute_input":{"count":0,"ns":0},"compute_infer":{"count":1,"ns":2000},\
        "compute_output":{"count":0,"ns":0}}]}]}""";
    assertEquals(expected, body(200, server.get("/v2/models/stats")));
    assertEquals(expected, body(200, server.get("/v2/models/two/versions/1/stats")));
    body(404, server.get("/v2/models/none/stats"));
  }
}
