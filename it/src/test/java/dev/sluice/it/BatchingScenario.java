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
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Concurrent requests as they were sent to the reference, and what it answered.
 *
 * @param parameters of the server's batching file; null: it has none
 * @param apart true if requests are sent one after the other without waiting for answers
 * @param results the lists of answers that were seen, in the order of the requests
 */
record BatchingScenario(
    String name,
    List<String> flags,
    @Nullable String parameters,
    boolean apart,
    List<JsonObject> requests,
    List<JsonArray> results) {

  /** Returns all recorded scenarios. */
  static List<BatchingScenario> all() throws IOException {
    List<BatchingScenario> scenarios = new ArrayList<>();
    try (InputStream file =
            BatchingScenario.class.getResourceAsStream("/batching/scenarios.jsonl.gz");
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        scenarios.add(of(JsonParser.parseString(line).getAsJsonObject()));
      }
    }
    return scenarios;
  }

  private static BatchingScenario of(JsonObject recorded) {
    List<String> flags = new ArrayList<>();
    recorded.getAsJsonArray("flags").forEach(flag -> flags.add(flag.getAsString()));
    List<JsonObject> requests = new ArrayList<>();
    recorded.getAsJsonArray("requests").forEach(each -> requests.add(each.getAsJsonObject()));
    List<JsonArray> results = new ArrayList<>();
    for (JsonElement each : recorded.getAsJsonArray("distinct_results")) {
      each.getAsJsonArray().forEach(answer -> parseBody(answer.getAsJsonObject()));
      results.add(each.getAsJsonArray());
    }
    JsonElement parameters = recorded.get("batching_parameters");
    return new BatchingScenario(
        recorded.get("name").getAsString(),
        flags,
        parameters == null || parameters.isJsonNull() ? null : parameters.getAsString(),
        recorded.get("requests_sent").getAsString().equals("0.1 s apart"),
        requests,
        results);
  }

  /** An answer over REST is a text, whose members may have any order. */
  private static void parseBody(JsonObject answer) {
    if (answer.has("body")) {
      answer.add("body", JsonParser.parseString(answer.get("body").getAsString()));
    }
  }

  /** Returns true if which of the requests are refused is a matter of chance. */
  boolean overfills() {
    return name.startsWith("full_queue");
  }

  /** Returns true if the version has parameters of its own, used or not. */
  boolean hasOwnParameters() {
    return name.startsWith("per_model") && !name.equals("per_model_absent");
  }
}
