package dev.sluice.metrics;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;

/**
 * The statistics of versions, which the page shows by Triton's names: of each that is loaded, and
 * of each model's newest also when it has ended. Thread-safe.
 */
public final class InferenceMetrics {
  private static final String PREFIX = "nv_inference_";
  private static final long NANOS_PER_MICRO = 1000;

  private final List<Shown> shown;

  /** Read without the lock; by model and then by version. */
  private final ConcurrentNavigableMap<Key, VersionStatistics> versions =
      new ConcurrentSkipListMap<>();

  /** For changes, which come with loads and unloads: none comes with a request. */
  private final ReentrantLock lock = new ReentrantLock();

  /** Those among the versions that can be used no more. */
  @GuardedBy("lock")
  private final Set<Key> ended = new HashSet<>();

  private record Key(String model, long version) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::model).thenComparingLong(Key::version);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  private record Shown(Family<Computed> family, ToLongFunction<VersionStatistics> value) {
    void add(VersionStatistics statistics) {
      family.add(new Computed(() -> value.applyAsLong(statistics)), labels(statistics));
    }

    void remove(VersionStatistics statistics) {
      family.remove(labels(statistics));
    }

    private static String[] labels(VersionStatistics statistics) {
      return new String[] {statistics.model(), Long.toString(statistics.version())};
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

  /** Returns the statistics of a version that is loaded; the same every time until it has ended. */
  public VersionStatistics of(String model, long version) {
    Key key = new Key(model, version);
    lock.lock();
    try {
      ended.remove(key);
      VersionStatistics known = versions.get(key);
      if (known != null) {
        return known;
      }
      VersionStatistics statistics = new VersionStatistics(model, version);
      shown.forEach(each -> each.add(statistics));
      versions.put(key, statistics);
      forgetEnded(model);
      return statistics;
    } finally {
      lock.unlock();
    }
  }

  /**
   * A version can be used no more. Its statistics are kept while it is the newest of its model, so
   * that what a model did last can be read; all others would pile up, one for each version.
   */
  public void ended(String model, long version) {
    Key key = new Key(model, version);
    lock.lock();
    try {
      if (versions.containsKey(key)) {
        ended.add(key);
        forgetEnded(model);
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void forgetEnded(String model) {
    NavigableMap<Key, VersionStatistics> known =
        versions.subMap(new Key(model, Long.MIN_VALUE), true, new Key(model, Long.MAX_VALUE), true);
    Key newest = known.lastKey();
    for (Map.Entry<Key, VersionStatistics> version : known.entrySet()) {
      Key key = version.getKey();
      if (!key.equals(newest) && ended.remove(key)) {
        shown.forEach(each -> each.remove(version.getValue()));
        versions.remove(key);
      }
    }
  }

  /** Returns the statistics of all versions, by model and then by version. */
  public List<VersionStatistics> all() {
    return List.copyOf(versions.values());
  }
}
