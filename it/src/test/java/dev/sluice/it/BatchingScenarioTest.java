package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sends requests as they were sent to the reference, and expects the batches that it formed. A
 * machine that cannot keep up may form others: a scenario has three tries.
 */
class BatchingScenarioTest {
  private static final int TRIES = 3;
  private static final String OWN_PARAMETERS =
      "max_batch_size { value: 4 } batch_timeout_micros { value: 700000 } allowed_batch_sizes: 4";

  /** Where the reference never answers, there is an ordinary answer. */
  private static final Map<String, String> OURS =
      Map.of(
          "zero_rows",
          """
          [{"request": "0 rows", "code": "OK", "outputs":
            {"batch_size": {"shape": [0], "values": []}, "y": {"shape": [0], "values": []}}}]
          """);

  @TempDir private static Path scratch;
  private static @Nullable Setting started;

  /** What a server is started with. */
  private record Setting(List<String> flags, @Nullable String parameters, boolean ownParameters) {}

  private static @Nullable ServerProcess server;

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  /** Scenarios with the same flags share a server: each waits for its answers. */
  @TestFactory
  Stream<DynamicTest> asRecorded() throws IOException {
    Map<Setting, List<BatchingScenario>> bySetting = new LinkedHashMap<>();
    for (BatchingScenario scenario : BatchingScenario.all()) {
      Setting setting =
          new Setting(scenario.flags(), scenario.parameters(), scenario.hasOwnParameters());
      bySetting.computeIfAbsent(setting, key -> new ArrayList<>()).add(scenario);
    }
    return bySetting.entrySet().stream()
        .flatMap(
            each ->
                each.getValue().stream()
                    .map(
                        scenario ->
                            DynamicTest.dynamicTest(
                                scenario.name(), () -> replay(server(each.getKey()), scenario))));
  }

  private static ServerProcess server(Setting setting) throws Exception {
    ServerProcess running = server;
    if (running != null && setting.equals(started)) {
      return running;
    }
    if (running != null) {
      server = null;
      running.close();
    }
    running = start(setting);
    server = running;
    started = setting;
    return running;
  }

  private static ServerProcess start(Setting setting) throws Exception {
    Path directory = Files.createTempDirectory(scratch, "server");
    Path model = directory.resolve("models/batch_probe");
    Models.publish(Models.path("batch_probe/1"), Files.createDirectories(model), 1);
    if (setting.ownParameters()) {
      Files.writeString(model.resolve("1/batching_params.pbtxt"), OWN_PARAMETERS);
    }
    Files.writeString(
        directory.resolve("models.config"),
        "model_config_list { config { name: \"batch_probe\" base_path: \"%s\" model_platform: \"tensorflow\" } }"
            .formatted(model));
    if (setting.parameters() != null) {
      Files.writeString(directory.resolve("batching.config"), setting.parameters());
    }
    return ServerProcess.serve(
        setting.flags().stream()
            .map(
                flag ->
                    flag.replace("${MODELS}", directory.resolve("models").toString())
                        .replace("${CONFIG}", directory.toString()))
            .toArray(String[]::new));
  }

  private static void replay(ServerProcess running, BatchingScenario scenario) throws Exception {
    String ours = OURS.get(scenario.name());
    List<JsonArray> wanted =
        ours == null ? scenario.results() : List.of(JsonParser.parseString(ours).getAsJsonArray());
    try (BatchingClient client = new BatchingClient(running)) {
      String difference = "";
      for (int i = 0; i < TRIES; i++) {
        JsonArray found = client.send(scenario);
        difference =
            scenario.overfills() ? kindsDifference(found, wanted) : difference(found, wanted);
        if (difference.isEmpty()) {
          return;
        }
        System.out.println(scenario.name() + ", try " + (i + 1) + ": " + difference);
      }
      assertEquals("", difference);
    }
  }

  private static String difference(JsonArray found, List<JsonArray> wanted) {
    String difference = "";
    for (JsonArray each : wanted) {
      difference = Tensors.difference(found, each, 1e-5, 0);
      if (difference.isEmpty()) {
        return "";
      }
    }
    return difference;
  }

  /** Each answer must be one that was recorded; some succeed, and some are refused. */
  private static String kindsDifference(JsonArray found, List<JsonArray> wanted) {
    Set<JsonElement> recorded = new HashSet<>();
    wanted.forEach(each -> each.forEach(answer -> recorded.add(kind(answer))));
    assertTrue(recorded.stream().anyMatch(kind -> kind.toString().contains("UNAVAILABLE")));
    Set<JsonElement> kinds = new HashSet<>();
    for (JsonElement answer : found) {
      JsonElement kind = kind(answer);
      kinds.add(kind);
      if (recorded.stream().noneMatch(each -> Tensors.difference(kind, each, 1e-5, 0).isEmpty())) {
        return "not recorded: " + kind;
      }
    }
    return kinds.size() > 1 ? "" : "all answers are alike: " + kinds;
  }

  private static JsonElement kind(JsonElement answer) {
    JsonObject kind = answer.getAsJsonObject().deepCopy();
    kind.remove("request");
    return kind;
  }
}
