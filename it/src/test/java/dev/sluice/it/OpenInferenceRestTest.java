package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Recorded answers once more, asked for by the Open Inference Protocol over REST. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenInferenceRestTest {
  private static final String HEADER = "Inference-Header-Content-Length";

  private final HttpClient client = HttpClient.newHttpClient();
  private ServerProcess server;

  @BeforeAll
  void start(@TempDir Path scratch) throws Exception {
    server = OipGolden.serve(scratch);
  }

  @AfterAll
  void stop() {
    client.close();
    server.close();
  }

  @TestFactory
  List<DynamicTest> json() throws IOException {
    return tests(OipTensors::hasJson, false);
  }

  @TestFactory
  List<DynamicTest> binary() throws IOException {
    return tests(golden -> true, true);
  }

  private List<DynamicTest> tests(Predicate<JsonObject> hasForm, boolean raw) throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (OipGolden.Case golden : OipGolden.cases()) {
      if (golden.tensors().stream().allMatch(hasForm)) {
        tests.add(DynamicTest.dynamicTest(golden.name(), () -> check(golden, raw)));
      }
    }
    assertTrue(tests.size() > 250, "found only " + tests.size() + " cases");
    return tests;
  }

  private void check(OipGolden.Case golden, boolean raw) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    JsonArray inputs = new JsonArray();
    for (Map.Entry<String, JsonElement> input : golden.inputs().asMap().entrySet()) {
      inputs.add(input(input.getKey(), input.getValue().getAsJsonObject(), raw, bytes));
    }
    JsonObject parameters = new JsonObject();
    parameters.addProperty("signature_name", golden.signature());
    parameters.addProperty("binary_data_output", raw);
    JsonObject request = new JsonObject();
    request.addProperty("id", "golden");
    request.add("parameters", parameters);
    request.add("inputs", inputs);
    HttpResponse<byte[]> answer =
        post(
            "/v2/models/%s/versions/%s/infer".formatted(golden.model(), golden.version()),
            request.toString().getBytes(StandardCharsets.UTF_8),
            bytes.toByteArray());
    String text = new String(answer.body(), StandardCharsets.UTF_8);
    assertEquals(200, answer.statusCode(), text);
    checkOutputs(answer, golden);
  }

  private static JsonObject input(
      String name, JsonObject golden, boolean raw, ByteArrayOutputStream bytes) {
    JsonObject input = new JsonObject();
    input.addProperty("name", name);
    input.addProperty("datatype", OipTensors.datatype(golden));
    input.add("shape", golden.get("shape"));
    if (raw) {
      byte[] own = OipTensors.raw(golden);
      JsonObject parameters = new JsonObject();
      parameters.addProperty("binary_data_size", own.length);
      input.add("parameters", parameters);
      bytes.writeBytes(own);
    } else {
      input.add("data", numbers(golden.getAsJsonArray("data")));
    }
    return input;
  }

  /** The golden files have numbers that JSON does not have as strings. */
  private static JsonArray numbers(JsonArray data) {
    JsonArray numbers = new JsonArray();
    for (JsonElement element : data) {
      boolean special =
          List.of("\"NaN\"", "\"Infinity\"", "\"-Infinity\"").contains(element.toString());
      numbers.add(special ? new JsonPrimitive(element.getAsDouble()) : element);
    }
    return numbers;
  }

  private void checkOutputs(HttpResponse<byte[]> answer, OipGolden.Case golden) {
    int length =
        answer.headers().firstValue(HEADER).map(Integer::parseInt).orElse(answer.body().length);
    JsonObject body =
        parse(new String(answer.body(), 0, length, StandardCharsets.UTF_8)).getAsJsonObject();
    ByteBuffer raw =
        ByteBuffer.wrap(Arrays.copyOfRange(answer.body(), length, answer.body().length));
    assertEquals("golden", body.get("id").getAsString());
    assertEquals(golden.version(), body.get("model_version").getAsString());
    JsonArray outputs = body.getAsJsonArray("outputs");
    assertEquals(golden.outputs().size(), outputs.size());
    for (JsonElement element : outputs) {
      JsonObject output = element.getAsJsonObject();
      String name = output.get("name").getAsString();
      JsonObject found =
          output.has("data") ? OipTensors.ofJson(output) : OipTensors.ofRaw(output, raw);
      golden.assertMatches(name, found);
    }
    assertEquals(0, raw.remaining());
  }

  private static JsonElement parse(String text) {
    JsonReader reader = new JsonReader(new StringReader(text));
    reader.setStrictness(Strictness.LENIENT);
    return JsonParser.parseReader(reader);
  }

  private HttpResponse<byte[]> post(String path, byte[] json, byte[] raw)
      throws IOException, InterruptedException {
    byte[] body = Arrays.copyOf(json, json.length + raw.length);
    System.arraycopy(raw, 0, body, json.length, raw.length);
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.restPort() + path))
            .timeout(Duration.ofSeconds(60))
            .header(HEADER, Integer.toString(json.length))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  @Test
  void whatAClientAsksFirstIsAnswered() throws Exception {
    assertEquals("{\"ready\":true}", server.get("/v2/health/ready").body());
    assertEquals("{\"live\":true}", server.get("/v2/health/live").body());
    assertTrue(server.get("/v2").body().startsWith("{\"name\":\"sluice\""));
    assertEquals(
        """
        {"name":"half_plus_two","versions":["1","2"],"platform":"tensorflow_savedmodel",\
        "inputs":[{"name":"x","datatype":"FP32","shape":[-1]}],\
        "outputs":[{"name":"y","datatype":"FP32","shape":[-1]}]}""",
        server.get("/v2/models/half_plus_two").body());
    assertTrue(
        server
            .post("/v2/repository/index", "")
            .body()
            .contains(
                "{\"name\":\"digits\",\"version\":\"2\",\"state\":\"READY\",\"reason\":\"\"}"));
    assertEquals(404, server.get("/v2/models/nobody/ready").statusCode());
    assertEquals(404, server.get("/v2/nothing").statusCode());
  }
}
