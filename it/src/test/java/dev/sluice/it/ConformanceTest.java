package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replays what TensorFlow Serving answered, 8600 cases, against the real server. What is to differ
 * is in {@code conformance/exceptions.txt}, with the reason.
 */
final class ConformanceTest {
  private static final int SHOWN = 20;
  private static final int SHOWN_LENGTH = 1000;

  @TempDir Path scratch;

  private final List<String> differences = new ArrayList<>();
  private int replayed;

  /** Replays one case. */
  @FunctionalInterface
  private interface Replay {
    String difference(JsonObject recorded) throws Exception;
  }

  @Test
  void base() throws Exception {
    assertConforms("base");
  }

  @Test
  void cors() throws Exception {
    assertConforms("cors", "--rest_api_enable_cors_support=true");
  }

  @Test
  void tensorContent() throws Exception {
    assertConforms("tensor_content", "--enable_serialization_as_tensor_content=true");
  }

  @Test
  void methodCheck() throws Exception {
    assertConforms("method_check", "--enable_signature_method_name_check=true");
  }

  @Test
  void health() throws Exception {
    assertConforms("health", "--enable_grpc_healthcheck_service=true");
  }

  @Test
  void batching() throws Exception {
    assertConforms(
        "batching",
        "--enable_batching=true",
        "--batching_parameters_file="
            + ConformanceCorpus.writeConfig("batching_base.config", scratch));
  }

  private void assertConforms(String profile, String... flags) throws Exception {
    List<String> all = new ArrayList<>(List.of(flags));
    all.add("--model_config_file=" + ConformanceCorpus.writeConfig("models.config", scratch));
    all.add(
        "--monitoring_config_file=" + ConformanceCorpus.writeConfig("monitoring.config", scratch));
    all.add("--allow_version_labels_for_unavailable_models=true");
    try (ServerProcess server = ServerProcess.serve(all.toArray(String[]::new));
        GrpcReplay grpc = new GrpcReplay(server.grpcPort())) {
      replay("rest", profile, new RestReplay(server.restPort())::difference);
      replay("grpc", profile, grpc::difference);
    }
    assertTrue(replayed > 0, "no cases of profile " + profile);
    assertEquals(
        List.of(),
        differences.stream().limit(SHOWN).toList(),
        differences.size() + " of " + replayed);
  }

  private void replay(String kind, String profile, Replay replay) throws Exception {
    Map<String, String> exceptions = ConformanceCorpus.exceptions();
    for (JsonObject recorded : ConformanceCorpus.cases(kind, profile)) {
      String id = kind + ":" + recorded.get("id").getAsString();
      String difference = replay.difference(recorded);
      replayed++;
      if (exceptions.containsKey(id)) {
        if (difference.isEmpty()) {
          differences.add(id + " passes, but is listed as an exception");
        }
      } else if (!difference.isEmpty()) {
        String text = difference.substring(0, Math.min(SHOWN_LENGTH, difference.length()));
        differences.add(id + ": " + text + "\n");
      }
    }
  }
}
