package dev.sluice.health;

import dev.sluice.servable.RunUnderWay;
import dev.sluice.servable.ServableId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells runs that are merely long from runs that do not end.
 *
 * <p>A run is wedged when it has taken longer than the bound that is set, and longer than {@value
 * #FACTOR} times what such runs usually take. The first run of a slow model therefore looks wedged
 * until it ends, and the next ones do not; what is known of a model holds for its next version,
 * too.
 *
 * <p>Time is what passes between looks, and never more than a look's share: where the whole process
 * stood still, or was kept from the CPU, no run had a chance to end. Knows no clock; confined to
 * one thread.
 */
final class RunWatch {
  /** What a run takes varies with its values and with the load. */
  static final int FACTOR = 10;

  /**
   * A run that does not end.
   *
   * @param boundNanos how long it might have taken
   * @param beyondNanos how long it has gone on since
   */
  record Wedge(long boundNanos, long beyondNanos) {}

  private final WedgeBounds bounds;

  /** How long each run has been seen, by its id. */
  private Map<ServableId, Map<Long, Long>> seen = Map.of();

  /** What runs of a model usually take, as last said. */
  private final Map<String, Long> usual = new HashMap<>();

  RunWatch(WedgeBounds bounds) {
    this.bounds = bounds;
  }

  /**
   * Looks at all that runs.
   *
   * @param underWay the runs of each version that requests can reach
   * @param gapNanos the time since the last look
   * @return of each version with wedged runs the one that has gone on for the longest time
   */
  Map<ServableId, Wedge> look(Map<ServableId, List<RunUnderWay>> underWay, long gapNanos) {
    Map<ServableId, Map<Long, Long>> now = new HashMap<>();
    Map<ServableId, Wedge> wedges = new HashMap<>();
    underWay.forEach(
        (id, runs) -> {
          Map<Long, Long> before = seen.getOrDefault(id, Map.of());
          Map<Long, Long> ages = new HashMap<>();
          for (RunUnderWay run : runs) {
            Long age = before.get(run.id());
            ages.put(run.id(), age == null ? 0 : age + gapNanos);
          }
          if (!ages.isEmpty()) {
            now.put(id, ages);
          }
          Wedge worst = worst(id.model(), runs, ages);
          if (worst != null) {
            wedges.put(id, worst);
          }
        });
    seen = now;
    return wedges;
  }

  private @Nullable Wedge worst(String model, List<RunUnderWay> runs, Map<Long, Long> ages) {
    long least = bounds.of(model).toNanos();
    Wedge worst = null;
    for (RunUnderWay run : runs) {
      long bound = Math.max(least, FACTOR * usualNanos(model, run));
      long beyond = ages.getOrDefault(run.id(), 0L) - bound;
      if (least > 0 && beyond > 0 && (worst == null || beyond > worst.beyondNanos)) {
        worst = new Wedge(bound, beyond);
      }
    }
    return worst;
  }

  /** What a version does not know yet, an earlier one may have known. */
  private long usualNanos(String model, RunUnderWay run) {
    if (run.usualNanos() > 0) {
      usual.put(model, run.usualNanos());
      return run.usualNanos();
    }
    return usual.getOrDefault(model, 0L);
  }
}
