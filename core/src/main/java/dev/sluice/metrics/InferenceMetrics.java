package dev.sluice.metrics;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.ToLongFunction;

/**
 * The statistics of all versions that were ever loaded, which the page shows by Triton's names.
 * Thread-safe.
 */
public final class InferenceMetrics {
  private static final String PREFIX = "nv_inference_";
  private static final long NANOS_PER_MICRO = 1000;

  private final List<Shown> shown;
  private final ConcurrentMap<Key, VersionStatistics> versions = new ConcurrentHashMap<>();

  private record Key(String model, long version) {}

  private record Shown(Family<Computed> family, ToLongFunction<VersionStatistics> value) {
    void add(VersionStatistics statistics) {
      family.add(
          new Computed(() -> value.applyAsLong(statistics)),
          statistics.model(),
          Long.toString(statistics.version()));
    }
  }

  InferenceMetrics(MetricRegistry registry) {
    this.shown =
        List.of(
            show(registry, "request_success", one -> one.succeeded().count()),
            show(registry, "request_failure", one -> one.failed().count()),
            show(registry, "count", VersionStatistics::rows),
            show(registry, "exec_count", VersionStatistics::runs),
            show(registry, "request_duration_us", one -> one.succeeded().nanos() / NANOS_PER_MICRO),
            show(registry, "queue_duration_us", one -> one.queueNanos() / NANOS_PER_MICRO),
            show(registry, "compute_infer_duration_us", one -> one.runNanos() / NANOS_PER_MICRO));
  }

  private static Shown show(
      MetricRegistry registry, String name, ToLongFunction<VersionStatistics> value) {
    return new Shown(registry.computed(PREFIX + name, "model", "version"), value);
  }

  /** Returns the statistics of a version that is or was loaded; the same every time. */
  public VersionStatistics of(String model, long version) {
    return versions.computeIfAbsent(
        new Key(model, version),
        key -> {
          VersionStatistics statistics = new VersionStatistics(model, version);
          shown.forEach(each -> each.add(statistics));
          return statistics;
        });
  }

  /** Returns the statistics of all versions, by model and then by version. */
  public List<VersionStatistics> all() {
    return versions.values().stream()
        .sorted(
            Comparator.comparing(VersionStatistics::model)
                .thenComparingLong(VersionStatistics::version))
        .toList();
  }
}
