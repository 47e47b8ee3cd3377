package dev.sluice.engine.trees;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.sluice.engine.TestRun;
import dev.sluice.engine.TestTensors;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What versions of XGBoost say in other words, made from recorded models: none of these versions
 * could be run to record more.
 */
final class XgboostReaderTest {
  private static final int ROWS = 20;
  private static final int FEATURES = 6;

  @TempDir private Path directory;

  private static JsonObject read(String model) throws IOException {
    String text = Files.readString(Models.version(model).path().resolve("model.json"));
    return JsonParser.parseString(text).getAsJsonObject();
  }

  private static JsonObject learner(JsonObject model) {
    return model.getAsJsonObject("learner");
  }

  private static JsonObject booster(JsonObject model) {
    return learner(model).getAsJsonObject("gradient_booster");
  }

  private Servable load(JsonObject model) throws IOException, ServingException {
    String text = new GsonBuilder().setPrettyPrinting().create().toJson(model);
    Files.writeString(directory.resolve("model.json"), text);
    return Models.load(Models.version("m", directory));
  }

  private static float[] run(Servable servable, String signature, String output) {
    float[] values = new float[ROWS * FEATURES];
    Random random = new Random(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(5) == 0 ? Float.NaN : (float) random.nextGaussian();
    }
    try (TestRun run = TestRun.of(servable, signature)) {
      run.with(
              "features", TestTensors.floats(new NativeTensors(), Shape.of(ROWS, FEATURES), values))
          .on(servable);
      return TestTensors.floats(run.output(output));
    }
  }

  private static float[] predictions(Servable servable) {
    return run(servable, "serving_default", "predictions");
  }

  @Test
  void dartAsVersion34WritesIt() throws Exception {
    JsonObject model = read("trees_xgb_dart");
    float[] expected = predictions(load(model));
    JsonObject dart = booster(model);
    JsonObject trees = dart.getAsJsonObject("gbtree");
    trees.getAsJsonObject("model").add("weight_drop", dart.get("weight_drop"));
    learner(model).add("gradient_booster", trees);
    assertArrayEquals(expected, predictions(load(model)));
    trees.getAsJsonObject("model").remove("weight_drop");
    assertFalse(Arrays.equals(expected, predictions(load(model))), "weights matter");
  }

  @Test
  void quantilesDoNotCrossSinceVersion34() throws Exception {
    JsonObject model = read("trees_xgb_quantile");
    // The order of the trees decides which score is which.
    JsonArray groups = booster(model).getAsJsonObject("model").getAsJsonArray("tree_info");
    for (int i = 0; i < groups.size(); i++) {
      groups.set(i, new JsonPrimitive(1 - groups.get(i).getAsInt()));
    }
    JsonObject params = learner(model).getAsJsonObject("learner_model_param");
    params.addProperty("base_score", "0");
    float[] crossed = predictions(load(model));
    model.add("version", JsonParser.parseString("[3,4,0]"));
    float[] sorted = predictions(load(model));
    int exchanged = 0;
    for (int row = 0; row < ROWS; row++) {
      float low = Math.min(crossed[2 * row], crossed[2 * row + 1]);
      float high = Math.max(crossed[2 * row], crossed[2 * row + 1]);
      assertEquals(low, sorted[2 * row]);
      assertEquals(high, sorted[2 * row + 1]);
      exchanged += crossed[2 * row] > crossed[2 * row + 1] ? 1 : 0;
    }
    assertTrue(exchanged > 0, "nothing to exchange");
  }

  @Test
  void baseScoreOfLogitrawWasAProbabilityBefore13() throws Exception {
    JsonObject model = read("trees_xgb17_logitraw");
    float[] raw = predictions(load(model));
    model.add("version", JsonParser.parseString("[1,2,1]"));
    float[] before = predictions(load(model));
    float shift = (float) (Math.log(0.2 / 0.8) - 0.2);
    for (int row = 0; row < ROWS; row++) {
      assertEquals(raw[row] + shift, before[row], 1e-5f);
    }
  }

  @Test
  void defaultLeftWasABooleanOnce() throws Exception {
    JsonObject model = read("trees_xgb_binary");
    float[] expected = predictions(load(model));
    for (JsonElement tree : booster(model).getAsJsonObject("model").getAsJsonArray("trees")) {
      JsonArray flags = tree.getAsJsonObject().getAsJsonArray("default_left");
      for (int i = 0; i < flags.size(); i++) {
        flags.set(i, new JsonPrimitive(flags.get(i).getAsInt() != 0));
      }
      tree.getAsJsonObject().remove("split_type");
    }
    assertArrayEquals(expected, predictions(load(model)));
  }

  @Test
  void roundsBehindTheBestDoNotCount() throws Exception {
    JsonObject model = read("trees_xgb_softmax");
    learner(model).getAsJsonObject("attributes").addProperty("best_iteration", "1");
    float[] stopped = run(load(model), "margin", "margin");
    booster(model).getAsJsonObject("model").remove("iteration_indptr");
    assertArrayEquals(stopped, run(load(model), "margin", "margin"));
    JsonObject trees = booster(model).getAsJsonObject("model");
    trees.getAsJsonObject("gbtree_model_param").addProperty("num_trees", "6");
    while (trees.getAsJsonArray("trees").size() > 6) {
      trees.getAsJsonArray("trees").remove(6);
      trees.getAsJsonArray("tree_info").remove(6);
    }
    learner(model).getAsJsonObject("attributes").remove("best_iteration");
    assertArrayEquals(stopped, run(load(model), "margin", "margin"));
  }

  @Test
  void interceptsThatAreNoPredictionsAreRefused() throws Exception {
    for (String[] wrong :
        new String[][] {
          {"trees_xgb_logistic", "1.5"}, {"trees_xgb_gamma", "0"}, {"trees_xgb_gamma", "-1"}
        }) {
      JsonObject model = read(wrong[0]);
      learner(model).getAsJsonObject("learner_model_param").addProperty("base_score", wrong[1]);
      ServingException failure = assertThrows(ServingException.class, () -> load(model));
      assertTrue(failure.text().contains("base_score does not go with objective"), failure.text());
    }
  }
}
