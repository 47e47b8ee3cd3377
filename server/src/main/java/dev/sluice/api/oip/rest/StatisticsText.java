package dev.sluice.api.oip.rest;

import dev.sluice.api.json.JsonWriter;
import dev.sluice.metrics.VersionStatistics;
import java.util.List;

/** Writes what the server has measured, by Triton's names; what it does not measure is 0. */
final class StatisticsText {
  private StatisticsText() {}

  static JsonWriter of(List<VersionStatistics> versions) {
    JsonWriter json = new JsonWriter().open('{').name("model_stats").open('[');
    versions.forEach(version -> write(json, version));
    return json.close(']').close('}');
  }

  private static void write(JsonWriter json, VersionStatistics version) {
    long answered = version.succeeded().count();
    json.open('{').name("name").value(version.model());
    json.name("version").value(Long.toString(version.version()));
    json.name("last_inference").value(version.lastMillis());
    json.name("inference_count").value(version.rows());
    json.name("execution_count").value(version.runs());
    json.name("inference_stats").open('{');
    duration(json, "success", answered, version.succeeded().nanos());
    duration(json, "fail", version.failed().count(), version.failed().nanos());
    duration(json, "queue", answered, version.queueNanos());
    duration(json, "compute_input", 0, 0);
    duration(json, "compute_infer", answered, version.runNanos());
    duration(json, "compute_output", 0, 0);
    duration(json, "cache_hit", 0, 0);
    duration(json, "cache_miss", 0, 0);
    json.close('}').name("batch_stats").open('[');
    version
        .runsByRows()
        .forEach(
            (rows, runs) -> {
              json.open('{').name("batch_size").value(rows);
              duration(json, "compute_input", 0, 0);
              duration(json, "compute_infer", runs.count(), runs.nanos());
              duration(json, "compute_output", 0, 0);
              json.close('}');
            });
    json.close(']').close('}');
  }

  private static void duration(JsonWriter json, String name, long count, long nanos) {
    json.name(name).open('{').name("count").value(count).name("ns").value(nanos).close('}');
  }
}
