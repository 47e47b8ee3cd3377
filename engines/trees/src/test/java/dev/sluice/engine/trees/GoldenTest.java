package dev.sluice.engine.trees;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.sluice.engine.TestRun;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.NativeTensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Replays what XGBoost and LightGBM themselves predicted (testdata/make_tree_models.py).
 *
 * <p>Raw scores must be equal to the last bit: they are comparisons and sums. Where the library
 * calls exp or log, another C library gives another last digit, so that predictions may differ by
 * some units in the last place; the tolerance is recorded with each case.
 */
final class GoldenTest {
  private static final String REFUSED = "trees_lgb_linear";

  static List<String> models() throws Exception {
    Path all = Models.directory("trees_xgb_binary").getParent();
    try (Stream<Path> directories = Files.list(all)) {
      return directories
          .map(directory -> directory.getFileName().toString())
          .filter(name -> !name.equals(REFUSED))
          .sorted()
          .toList();
    }
  }

  @Test
  void thereAreModelsOfBothLibraries() throws Exception {
    assertTrue(models().stream().filter(name -> name.startsWith("trees_xgb")).count() >= 20);
    assertTrue(models().stream().filter(name -> name.startsWith("trees_lgb")).count() >= 15);
  }

  @ParameterizedTest
  @MethodSource("models")
  void predictsWhatTheLibraryPredicts(String model) throws Exception {
    Servable servable = Models.load(Models.version(model));
    String text = Files.readString(Models.directory(model).resolve("golden.json"));
    int rows = 0;
    for (JsonElement element : JsonParser.parseString(text).getAsJsonArray()) {
      rows += replay(servable, element.getAsJsonObject());
    }
    assertTrue(rows > 0, model);
  }

  private static int replay(Servable servable, JsonObject recorded) {
    GoldenTensor features =
        GoldenTensor.of(recorded.getAsJsonObject("inputs").getAsJsonObject("features"));
    double rtol = recorded.getAsJsonObject("tolerance").get("rtol").getAsDouble();
    try (TestRun run = TestRun.of(servable, recorded.get("signature").getAsString())) {
      run.with("features", features.toTensor(new NativeTensors())).on(servable);
      JsonObject outputs = recorded.getAsJsonObject("outputs");
      assertEquals(1, outputs.size());
      outputs
          .asMap()
          .forEach(
              (name, json) ->
                  GoldenTensor.of(json.getAsJsonObject())
                      .assertMatches(recorded.get("name").getAsString(), run.output(name), rtol));
    }
    return (int) features.shape().dim(0);
  }

  @Test
  void linearTreesAreRefused() {
    ServingException failure =
        assertThrows(ServingException.class, () -> Models.load(Models.version(REFUSED)));
    assertTrue(failure.text().contains("linear trees"), failure.text());
  }
}
