package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard and the alerts of {@code deploy/}, with a Prometheus that scrapes a server. */
class PrometheusTest {
  private static final Path DEPLOY = Models.dist().resolveSibling("deploy");
  private static final Path ALERTS = DEPLOY.resolve("prometheus/alerts.yaml");
  private static final int SCRAPES = 8;
  private static final Duration BETWEEN_BURSTS = Duration.ofMillis(200);

  /** Of a dashboard's variables: all there is, over the few seconds that there have been. */
  private static final String[][] VARIABLES = {
    {"$__rate_interval", "6s"}, {"$job", ".*"}, {"$instance", ".*"}, {"$model", ".*"},
  };

  @TempDir private Path scratch;

  @Test
  void alertsAreWellFormedAndFireWhenTheyShould() throws Exception {
    Program promtool = Program.find("promtool", "prometheus");
    Program.Outcome check = promtool.run("", "check", "rules", ALERTS.toString());
    assertEquals(0, check.status(), check.output());
    Path tests = DEPLOY.resolve("prometheus/alerts_test.yaml");
    Program.Outcome test = promtool.run("", "test", "rules", tests.toString());
    assertEquals(0, test.status(), test.output());
  }

  @Test
  void everyQueryHasDataUnderLoad() throws Exception {
    Program program = Program.find("prometheus", "prometheus");
    try (ServerProcess server =
            ServerProcess.serve(
                "--model_name=half_plus_two", "--model_base_path=" + Models.path("half_plus_two"));
        PrometheusServer prometheus =
            PrometheusServer.start(program, ALERTS, server.restPort(), scratch)) {
      server.await("some scrapes", () -> hasScraped(server, prometheus), BETWEEN_BURSTS);
      List<String> problems = new ArrayList<>();
      for (String expression : dashboard()) {
        check(prometheus, expression, problems);
      }
      for (JsonObject rule : prometheus.rules()) {
        String name = rule.get("name").getAsString();
        if (!rule.get("health").getAsString().equals("ok")) {
          problems.add(name + ": " + rule);
        }
        check(prometheus, always(rule.get("query").getAsString()), problems);
      }
      assertEquals(List.of(), problems);
      assertNamesAreKept(prometheus);
    }
  }

  /** Sends requests of each kind; returns true once they have been scraped often enough. */
  private static boolean hasScraped(ServerProcess server, PrometheusServer prometheus) {
    assertTrue(prometheus.isAlive(), prometheus::log);
    try {
      for (int i = 0; i < 20; i++) {
        server.post("/v1/models/half_plus_two:predict", "{\"instances\": [1.0, 2.0]}");
        server.post("/v2/models/half_plus_two/infer", infer(""));
      }
      server.post("/v1/models/half_plus_two:predict", "{\"instances\": \"no number\"}");
      server.post("/v2/models/half_plus_two/infer", infer("\"parameters\": {\"timeout\": 1},"));
      server.post("/v1/models/unknown:predict", "{\"instances\": [1.0]}");
      if (!prometheus.isReady()) {
        return false;
      }
      JsonArray scrapes = prometheus.query("sum_over_time(up{job=\"sluice\"}[1m])");
      return !scrapes.isEmpty() && value(scrapes.get(0)) >= SCRAPES;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String infer(String parameters) {
    return "{%s \"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [2], \"data\": [1, 2]}]}"
        .formatted(parameters);
  }

  private static double value(JsonElement series) {
    return series.getAsJsonObject().getAsJsonArray("value").get(1).getAsDouble();
  }

  private static void check(PrometheusServer prometheus, String expression, List<String> problems)
      throws IOException, InterruptedException {
    try {
      if (prometheus.query(expression).isEmpty()) {
        problems.add("no data: " + expression);
      }
    } catch (AssertionError refused) {
      problems.add(refused.getMessage());
    }
  }

  /** Returns an alert's expression with a value also where there is nothing to be alarmed by. */
  private static String always(String expression) {
    return expression.replaceAll(" (>|<|==) ", " $1 bool ");
  }

  private static List<String> dashboard() throws IOException {
    JsonObject dashboard =
        JsonParser.parseString(Files.readString(DEPLOY.resolve("grafana/sluice.json")))
            .getAsJsonObject();
    List<String> expressions = new ArrayList<>();
    for (JsonElement panel : dashboard.getAsJsonArray("panels")) {
      JsonArray targets = panel.getAsJsonObject().getAsJsonArray("targets");
      for (JsonElement target : targets == null ? new JsonArray() : targets) {
        String expression = target.getAsJsonObject().get("expr").getAsString();
        for (String[] variable : VARIABLES) {
          expression = expression.replace(variable[0], variable[1]);
        }
        assertTrue(!expression.contains("$"), expression);
        expressions.add(expression);
      }
    }
    assertTrue(expressions.size() > 20, expressions::toString);
    return expressions;
  }

  /** Prometheus asks for OpenMetrics first, where counters of old names are of unknown type. */
  private static void assertNamesAreKept(PrometheusServer prometheus)
      throws IOException, InterruptedException {
    for (String name :
        List.of(
            "sluice_model_loads_total",
            "sluice_request_duration_seconds_bucket{le=\"0.0005\"}",
            ":tensorflow:serving:request_count",
            ":tensorflow:serving:request_latency_bucket{le=\"18\"}",
            "nv_inference_count")) {
      assertTrue(prometheus.query(name).size() > 0, name);
    }
  }
}
