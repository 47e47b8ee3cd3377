package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.protobuf.Int64Value;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.StringReader;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Recorded answers of every bundled model of every engine: all over REST, Predict over gRPC. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GoldenTest {
  private ServerProcess server;
  private ManagedChannel channel;

  @BeforeAll
  void start(@TempDir Path scratch) throws Exception {
    StringBuilder config = new StringBuilder("model_config_list {\n");
    for (Path golden : goldenFiles("golden.json")) {
      config.append(
          """
            config {
              name: "%s"
              base_path: "%s"
              model_version_policy { all {} }
            }
          """
              .formatted(modelOf(golden), golden.resolveSibling(".").normalize()));
    }
    Path file = Files.writeString(scratch.resolve("models.config"), config.append("}\n"));
    server = ServerProcess.serve("--model_config_file=" + file);
    channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort())
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
  }

  @AfterAll
  void stop() {
    channel.shutdownNow();
    server.close();
  }

  private static List<Path> goldenFiles(String name) throws IOException {
    try (Stream<Path> files = Files.walk(Models.root(), 3)) {
      return files.filter(file -> file.endsWith(name)).sorted().toList();
    }
  }

  private static String modelOf(Path goldenFile) {
    return goldenFile.getName(goldenFile.getNameCount() - 2).toString();
  }

  @TestFactory
  List<DynamicTest> grpc() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : goldenFiles("golden.json")) {
      String model = modelOf(file);
      for (JsonElement element : JsonParser.parseString(Files.readString(file)).getAsJsonArray()) {
        JsonObject golden = element.getAsJsonObject();
        if (!golden.has("method")
            || golden.get("method").getAsString().equals("tensorflow/serving/predict")) {
          String name = model + ": " + golden.get("name").getAsString();
          tests.add(DynamicTest.dynamicTest(name, () -> checkGrpc(model, golden)));
        }
      }
    }
    assertTrue(tests.size() > 150, "found only " + tests.size() + " cases");
    return tests;
  }

  private void checkGrpc(String model, JsonObject golden) {
    PredictRequest.Builder request = PredictRequest.newBuilder();
    request
        .getModelSpecBuilder()
        .setName(model)
        .setSignatureName(
            golden.has("signature") ? golden.get("signature").getAsString() : "serving_default")
        .setVersion(Int64Value.of(golden.get("version").getAsLong()));
    golden
        .getAsJsonObject("inputs")
        .asMap()
        .forEach(
            (name, tensor) -> request.putInputs(name, Tensors.toProto(tensor.getAsJsonObject())));
    if (golden.has("expect_error")) {
      checkGrpcError(request.build(), golden.getAsJsonObject("expect_error"));
      return;
    }
    PredictResponse response =
        PredictionServiceGrpc.newBlockingStub(channel).predict(request.build());
    assertEquals(golden.getAsJsonObject("outputs").keySet(), response.getOutputsMap().keySet());
    JsonObject tolerance = golden.getAsJsonObject("tolerance");
    response
        .getOutputsMap()
        .forEach(
            (name, tensor) ->
                assertEquals(
                    "",
                    Tensors.difference(
                        tensor,
                        golden.getAsJsonObject("outputs").getAsJsonObject(name),
                        tolerance.get("rtol").getAsDouble(),
                        tolerance.get("atol").getAsDouble()),
                    name));
  }

  private void checkGrpcError(PredictRequest request, JsonObject expected) {
    try {
      PredictResponse response = PredictionServiceGrpc.newBlockingStub(channel).predict(request);
      throw new AssertionError("expected " + expected + ", found " + response);
    } catch (StatusRuntimeException e) {
      assertEquals(expected.get("code").getAsString(), e.getStatus().getCode().name());
      String text = String.valueOf(e.getStatus().getDescription());
      assertTrue(text.contains(expected.get("contains").getAsString()), text);
    }
  }

  @TestFactory
  List<DynamicTest> rest() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : goldenFiles("golden_rest.json")) {
      String model = modelOf(file);
      for (JsonElement element : JsonParser.parseString(Files.readString(file)).getAsJsonArray()) {
        JsonObject golden = element.getAsJsonObject();
        String name = model + ": " + golden.get("name").getAsString();
        tests.add(DynamicTest.dynamicTest(name, () -> checkRest(golden)));
      }
    }
    assertTrue(tests.size() > 150, "found only " + tests.size() + " cases");
    return tests;
  }

  private void checkRest(JsonObject golden) throws IOException, InterruptedException {
    String path = golden.get("path").getAsString();
    HttpResponse<String> response =
        golden.get("http_method").getAsString().equals("GET")
            ? server.get(path)
            : server.post(
                path,
                golden.has("request_text")
                    ? golden.get("request_text").getAsString()
                    : golden.get("request_json").toString());
    assertEquals(golden.get("status").getAsInt(), response.statusCode(), response.body());
    if (golden.has("expected_error_contains")) {
      String error = parse(response.body()).getAsJsonObject().get("error").getAsString();
      assertTrue(error.contains(golden.get("expected_error_contains").getAsString()), error);
      return;
    }
    JsonElement expected =
        golden.has("expected_text")
            ? parse(golden.get("expected_text").getAsString())
            : golden.get("expected_json");
    JsonObject tolerance = golden.getAsJsonObject("tolerance");
    // JSON has decimals: the reference prints nine digits of a float, the golden files fewer.
    double rtol = Math.max(1e-7, tolerance == null ? 0 : tolerance.get("rtol").getAsDouble());
    double atol = tolerance == null ? 0 : tolerance.get("atol").getAsDouble();
    assertEquals("", Tensors.difference(parse(response.body()), expected, rtol, atol));
  }

  /** Reads JSON with bare NaN and Infinity, as TensorFlow Serving writes it. */
  private static JsonElement parse(String text) {
    JsonReader reader = new JsonReader(new StringReader(text));
    reader.setStrictness(Strictness.LENIENT);
    return JsonParser.parseReader(reader);
  }
}
