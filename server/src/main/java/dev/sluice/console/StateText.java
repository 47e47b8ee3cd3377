package dev.sluice.console;

import dev.sluice.api.json.JsonWriter;
import dev.sluice.lifecycle.ServableLease;
import dev.sluice.lifecycle.VersionState;
import dev.sluice.lifecycle.VersionStatus;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.metrics.VersionStatistics;
import dev.sluice.predict.VersionChoice;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes what is going on: of the server, its models and their versions. All counts only grow, and
 * the time belongs to them, so that whoever has two of these texts knows what happened between.
 */
final class StateText {
  /** Versions that are gone stay in the table of states for ever; of these the page shows a few. */
  static final int MOST_ENDED = 8;

  private final Console.Parts parts;
  private final ProcessUsage usage;
  private final Instant started;
  private final long startedNanos = System.nanoTime();

  StateText(Console.Parts parts, ProcessUsage usage, Instant started) {
    this.parts = parts;
    this.usage = usage;
    this.started = started;
  }

  /** Returns the text for a time of {@link System#nanoTime}. */
  byte[] of(long nanoTime) {
    JsonWriter json = new JsonWriter().open('{');
    json.name("startedMillis").value(started.toEpochMilli());
    json.name("micros").value((nanoTime - startedNanos) / 1000);
    json.name("server");
    server(json);
    json.name("latencyLimits").open('[');
    for (double limit : ServingMetrics.latencyLimits()) {
      json.value((long) Math.ceil(limit)); // as times are counted in whole microseconds
    }
    json.close(']').name("models").open('[');
    models(json);
    return json.close(']').close('}').toBytes();
  }

  private void server(JsonWriter json) {
    json.open('{').name("version").value(parts.version());
    json.name("ready").value(parts.ready().getAsBoolean());
    json.name("processors").value(Runtime.getRuntime().availableProcessors());
    json.name("cpuMicros").value(usage.cpu().toNanos() / 1000);
    json.name("residentBytes").value(usage.residentBytes());
    json.name("inFlight").value(parts.limiter().inFlight());
    json.name("mostInFlight").value(parts.limiter().limit()).close('}');
  }

  private void models(JsonWriter json) {
    Map<ServableId, VersionStatistics> statistics = new HashMap<>();
    for (VersionStatistics each : parts.metrics().inference().all()) {
      statistics.put(new ServableId(each.model(), each.version()), each);
    }
    Map<String, Map<String, Long>> statuses = parts.metrics().requestsByStatus();
    parts
        .states()
        .get()
        .forEach(
            (name, versions) -> {
              json.open('{').name("name").value(name).name("latency").open('[');
              latency(json, parts.metrics().answersByLatency(name));
              json.close(']').name("statuses").open('{');
              statuses
                  .getOrDefault(name, Map.of())
                  .forEach((status, count) -> json.name(status).value(count));
              json.close('}').name("versions").open('[');
              versions(json, versions, statistics);
              json.close(']').close('}');
            });
  }

  /** Most classes are beyond the slowest request: they are left out. */
  private static void latency(JsonWriter json, long[] counts) {
    int end = counts.length;
    while (end > 0 && counts[end - 1] == 0) {
      end--;
    }
    for (int i = 0; i < end; i++) {
      json.value(counts[i]);
    }
  }

  private void versions(
      JsonWriter json,
      List<VersionStatus> versions,
      Map<ServableId, VersionStatistics> statistics) {
    int ended = 0;
    for (VersionStatus status : versions) {
      if (status.state() == VersionState.END && ++ended > MOST_ENDED) {
        continue;
      }
      json.open('{').name("version").value(Long.toString(status.id().version()));
      json.name("state").value(status.state().name());
      json.name("reason").value(reason(status));
      json.name("engine").value(engine(status));
      VersionStatistics counts = statistics.get(status.id());
      if (counts != null) {
        counts(json, counts);
      }
      json.close('}');
    }
  }

  private static String reason(VersionStatus status) {
    if (!status.health().isOk()) {
      return status.health().toString();
    }
    boolean loaded = status.state() == VersionState.AVAILABLE;
    return loaded || status.lastAttempt().isOk() ? "" : status.lastAttempt().toString();
  }

  private String engine(VersionStatus status) {
    ServableLease lease = status.state() == VersionState.AVAILABLE ? lease(status.id()) : null;
    if (lease == null) {
      return "";
    }
    try {
      return lease.servable().engine();
    } finally {
      lease.release();
    }
  }

  private @Nullable ServableLease lease(ServableId id) {
    try {
      return parts.predictor().acquire(id.model(), new VersionChoice.Specific(id.version()));
    } catch (ServingException left) {
      return null; // since its state was read
    }
  }

  private static void counts(JsonWriter json, VersionStatistics counts) {
    VersionStatistics.Sum failed = counts.failed();
    json.name("answered").value(counts.succeeded().count());
    json.name("failed").value(failed.count());
    json.name("rows").value(counts.rows());
    json.name("queueMicros").value(counts.queueNanos() / 1000);
    json.name("runMicros").value(counts.runNanos() / 1000);
    json.name("lastMillis").value(counts.lastMillis());
    json.name("batches").open('[');
    counts
        .runsByRows()
        .forEach(
            (rows, runs) ->
                json.open('[')
                    .value(rows)
                    .value(runs.count())
                    .value(runs.nanos() / 1000)
                    .close(']'));
    json.close(']');
  }
}
