package dev.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
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

/** A model's directory whose {@code golden.json} holds recorded inputs and outputs. */
public final class GoldenModel {
  private final Path directory;

  /** Names the directory above those of the versions. */
  public GoldenModel(Path directory) {
    this.directory = directory;
  }

  /**
   * Loads every version of which there are cases, replays them with the servable's allocator and
   * with another one, and compares.
   */
  public void replay(Engine engine) throws IOException, ServingException {
    int compared = 0;
    for (Map.Entry<Long, List<JsonObject>> version : cases().entrySet()) {
      ServableId id = new ServableId(directory.getFileName().toString(), version.getKey());
      Path files = versionDirectory(version.getKey());
      Loader loader =
          engine.loaderFor(new ModelVersion(id, engine.name(), files), EngineOptions.DEFAULT);
      Servable servable = loader.load();
      for (JsonObject recorded : version.getValue()) {
        compared += replay(servable, recorded, servable.allocator());
        if (!recorded.has("order")) {
          replay(servable, recorded, new NativeTensors());
        }
      }
      loader.unload();
    }
    assertTrue(compared > 0, "cases of " + directory);
  }

  private Map<Long, List<JsonObject>> cases() throws IOException {
    String text = Files.readString(directory.resolve("golden.json"));
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

  private Path versionDirectory(long version) throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        String name = child.getFileName().toString();
        if (name.matches("[0-9]+") && Long.parseLong(name) == version) {
          return child;
        }
      }
    }
    throw new AssertionError("no version " + version + " in " + directory);
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
