package dev.sluice.engine;

import dev.sluice.servable.ServableId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Counts the runs that nobody waited for any more when their turn came, and that were therefore
 * never run. Thread-safe; counting takes no lock once a servable has been counted before.
 */
public final class ExpiredRuns implements Consumer<ServableId> {
  private final Map<ServableId, LongAdder> counts = new ConcurrentHashMap<>();

  /** Creates a counter at zero. */
  public ExpiredRuns() {}

  @Override
  public void accept(ServableId servable) {
    counts.computeIfAbsent(servable, id -> new LongAdder()).increment();
  }

  /** Returns the counts so far of the servables that have any. A snapshot. */
  public Map<ServableId, Long> counts() {
    return counts.entrySet().stream()
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, count -> count.getValue().sum()));
  }

  /** Returns the sum over all servables. */
  public long total() {
    return counts.values().stream().mapToLong(LongAdder::sum).sum();
  }
}
