package dev.sluice.engine.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.engine.TestRun;
import dev.sluice.engine.TestTensors;
import dev.sluice.servable.Servable;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Replays what PyTorch answered; these models take and give floats and int64 only. */
final class GoldenTest {
  private final PyTorchEngine engine = new PyTorchEngine();

  @ParameterizedTest
  @CsvSource({"wine_torchscript, 2", "pooled_tokens_torchscript, 1"})
  void answersAsRecorded(String model, int versions) throws Exception {
    String text = Files.readString(Models.directory(model).resolve("golden.json"));
    Set<Long> seen = new HashSet<>();
    for (JsonElement element : JsonParser.parseString(text).getAsJsonArray()) {
      JsonObject recorded = element.getAsJsonObject();
      long version = recorded.get("version").getAsLong();
      Loader loader = engine.loaderFor(Models.version(model, version), EngineOptions.DEFAULT);
      Servable servable = loader.load();
      replay(servable, recorded, servable.allocator());
      replay(servable, recorded, new NativeTensors());
      loader.unload();
      seen.add(version);
    }
    assertEquals(versions, seen.size());
    assertEquals(0, engine.liveTensors());
  }

  private static void replay(Servable servable, JsonObject recorded, TensorAllocator allocator) {
    Signature signature = Models.signature(servable);
    assertEquals(recorded.get("signature").getAsString(), signature.key());
    assertEquals(recorded.get("method").getAsString(), signature.methodName());
    JsonObject inputs = recorded.getAsJsonObject("inputs");
    JsonObject outputs = recorded.getAsJsonObject("outputs");
    assertEquals(inputs.keySet(), names(signature.inputs()));
    assertEquals(outputs.keySet(), names(signature.outputs()));
    try (TestRun run = TestRun.of(servable, signature.key())) {
      inputs
          .asMap()
          .forEach((name, json) -> run.with(name, tensor(json.getAsJsonObject(), allocator)));
      run.on(servable);
      float tolerance = recorded.getAsJsonObject("tolerance").get("rtol").getAsFloat();
      outputs
          .asMap()
          .forEach((name, json) -> compare(json.getAsJsonObject(), run.output(name), tolerance));
    }
  }

  private static Set<String> names(Iterable<TensorSpec> specs) {
    return StreamSupport.stream(specs.spliterator(), false)
        .map(TensorSpec::name)
        .collect(Collectors.toSet());
  }

  private static Tensor tensor(JsonObject json, TensorAllocator allocator) {
    JsonArray data = json.getAsJsonArray("data");
    return switch (json.get("dtype").getAsString()) {
      case "DT_FLOAT" -> TestTensors.floats(allocator, shape(json), floats(data));
      case "DT_INT64" -> TestTensors.longs(allocator, shape(json), longs(data));
      default -> throw new AssertionError("no golden values of type " + json.get("dtype"));
    };
  }

  private static void compare(JsonObject json, Tensor found, float tolerance) {
    assertEquals("DT_FLOAT", json.get("dtype").getAsString());
    assertEquals(shape(json), found.shape());
    assertArrayEquals(floats(json.getAsJsonArray("data")), TestTensors.floats(found), tolerance);
  }

  private static Shape shape(JsonObject json) {
    return Shape.of(longs(json.getAsJsonArray("shape")));
  }

  private static float[] floats(JsonArray data) {
    float[] values = new float[data.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = data.get(i).getAsFloat();
    }
    return values;
  }

  private static long[] longs(JsonArray data) {
    return data.asList().stream().mapToLong(JsonElement::getAsLong).toArray();
  }
}
