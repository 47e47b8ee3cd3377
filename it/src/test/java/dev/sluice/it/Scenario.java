package dev.sluice.it;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A life-cycle scenario as it was recorded from the reference, and where we differ on purpose.
 *
 * @param differences by the step's index: what is seen here instead
 */
record Scenario(
    String name,
    List<String> flags,
    String config,
    List<Step> steps,
    Map<Integer, JsonElement> differences) {

  /** What was done, a text or an object, and what was seen then, if anything. */
  record Step(JsonElement action, @Nullable JsonObject observed) {
    /** Returns the text of an action that is one. */
    String text() {
      return action.isJsonPrimitive() ? action.getAsString() : "";
    }
  }

  /** Returns all recorded scenarios. */
  static List<Scenario> all() throws IOException {
    JsonObject differences;
    try (InputStream file = resource("differences.json")) {
      differences =
          JsonParser.parseReader(new InputStreamReader(file, StandardCharsets.UTF_8))
              .getAsJsonObject();
    }
    List<Scenario> scenarios = new ArrayList<>();
    for (String line : lines(new GZIPInputStream(resource("scenarios.jsonl.gz")))) {
      JsonObject recorded =
          JsonParser.parseString(ScenarioFiles.maskVariable(line)).getAsJsonObject();
      scenarios.add(of(recorded, differences.getAsJsonArray(recorded.get("name").getAsString())));
    }
    return scenarios;
  }

  private static InputStream resource(String name) {
    InputStream file = Scenario.class.getResourceAsStream("/lifecycle/" + name);
    if (file == null) {
      throw new IllegalStateException("no resource lifecycle/" + name);
    }
    return file;
  }

  private static List<String> lines(InputStream file) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }

  private static Scenario of(JsonObject recorded, @Nullable JsonArray differing) {
    List<Step> steps = new ArrayList<>();
    for (JsonElement element : recorded.getAsJsonArray("steps")) {
      JsonObject step = element.getAsJsonObject();
      steps.add(new Step(step.get("do"), step.getAsJsonObject("observed")));
    }
    Map<Integer, JsonElement> differences = new HashMap<>();
    if (differing != null) {
      for (JsonElement element : differing) {
        JsonObject difference = element.getAsJsonObject();
        if (difference.get("reason").getAsString().isBlank()) {
          throw new IllegalStateException("a difference without a reason");
        }
        differences.put(difference.get("step").getAsInt(), difference.get("instead"));
      }
    }
    List<String> flags = new ArrayList<>();
    recorded.getAsJsonArray("flags").forEach(flag -> flags.add(flag.getAsString()));
    JsonElement config = recorded.get("initial_config");
    return new Scenario(
        recorded.get("name").getAsString(),
        flags,
        config == null || config.isJsonNull() ? "" : config.getAsString(),
        steps,
        differences);
  }
}
