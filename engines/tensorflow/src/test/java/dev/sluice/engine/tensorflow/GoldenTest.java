package dev.sluice.engine.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.sluice.engine.Loader;
import dev.sluice.engine.TestRun;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.TensorAllocator;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Replays what TensorFlow Serving answered. The inputs of Classify and Regress cases are recorded
 * as tensors too, so these run as well; the few cases that the request path refuses before any
 * engine sees them do not.
 */
final class GoldenTest {
  private final TensorFlowEngine engine = new TensorFlowEngine();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "batch_probe",
        "burn",
        "counter",
        "digits",
        "dtypes",
        "half_plus_two",
        "half_plus_two_tf2",
        "recommender",
        "runtime_error",
        "text_classifier",
        "wine_keras",
        "upstream/saved_model_counter",
        "upstream/saved_model_half_plus_three",
        "upstream/saved_model_half_plus_two_tf2_cpu"
      })
  void answersAsRecorded(String model) throws Exception {
    int compared = 0;
    for (Map.Entry<Long, List<JsonObject>> version : cases(model).entrySet()) {
      Loader loader = Models.loader(engine, model, directory(model, version.getKey()));
      Servable servable = loader.load();
      for (JsonObject recorded : version.getValue()) {
        compared += replay(servable, recorded, servable.allocator());
        if (!recorded.has("order")) {
          replay(servable, recorded, new NativeTensors());
        }
      }
      loader.unload();
    }
    assertTrue(compared > 0, "cases of " + model);
    assertEquals(0, engine.library().liveTensors());
  }

  private static Map<Long, List<JsonObject>> cases(String model) throws IOException {
    String text = Files.readString(Models.directory(model).resolve("golden.json"));
    JsonArray all = JsonParser.parseString(text).getAsJsonArray();
    Map<Long, List<JsonObject>> byVersion = new TreeMap<>();
    for (JsonElement element : all) {
      JsonObject recorded = element.getAsJsonObject();
      byVersion
          .computeIfAbsent(recorded.get("version").getAsLong(), version -> new ArrayList<>())
          .add(recorded);
    }
    return byVersion;
  }

  private static String directory(String model, long version) throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(Models.directory(model))) {
      for (Path child : children) {
        String name = child.getFileName().toString();
        if (name.matches("[0-9]+") && Long.parseLong(name) == version) {
          return name;
        }
      }
    }
    throw new AssertionError("no version " + version + " of " + model);
  }

  /** Returns 1 if the case was the engine's to answer. */
  private static int replay(Servable servable, JsonObject recorded, TensorAllocator allocator)
      throws ServingException {
    Signature signature = servable.signatures().get(recorded.get("signature").getAsString());
    JsonObject inputs = recorded.getAsJsonObject("inputs");
    if (signature == null
        || inputs.keySet().stream().anyMatch(name -> signature.inputIndex(name) < 0)) {
      assertTrue(recorded.has("expect_error"));
      return 0;
    }
    long start = System.nanoTime();
    try (TestRun run = TestRun.of(servable, signature.key())) {
      inputs
          .asMap()
          .forEach(
              (name, json) ->
                  run.with(name, GoldenTensor.of(json.getAsJsonObject()).toTensor(allocator)));
      run.on(servable);
      compare(recorded, signature, run);
    }
    if (recorded.has("min_millis")) {
      long millis = (System.nanoTime() - start) / 1_000_000;
      assertTrue(millis >= recorded.get("min_millis").getAsLong());
    }
    return 1;
  }

  private static void compare(JsonObject recorded, Signature signature, TestRun run) {
    String name = recorded.get("name").getAsString();
    if (recorded.has("expect_error")) {
      JsonObject error = recorded.getAsJsonObject("expect_error");
      assertEquals(error.get("code").getAsString(), run.failure().code().name(), name);
      String part = error.get("contains").getAsString();
      // How many inputs there must be is the request path's to say, and not in these words.
      assertTrue(
          part.startsWith("Missing but required") || run.failure().text().contains(part),
          () -> name + ": " + run.failure().text());
      return;
    }
    JsonObject outputs = recorded.getAsJsonObject("outputs");
    assertEquals(signature.outputs().size(), outputs.size(), name);
    assertFalse(outputs.isEmpty(), name);
    JsonObject tolerance = recorded.getAsJsonObject("tolerance");
    outputs
        .asMap()
        .forEach(
            (output, json) ->
                GoldenTensor.of(json.getAsJsonObject())
                    .assertMatches(
                        name + "." + output,
                        run.output(output),
                        tolerance.get("rtol").getAsDouble(),
                        tolerance.get("atol").getAsDouble()));
  }
}
