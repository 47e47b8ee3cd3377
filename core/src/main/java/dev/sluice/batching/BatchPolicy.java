package dev.sluice.batching;

import java.time.Duration;

/**
 * How many rows may share a run, and how long requests may have to wait, seen from what runs have
 * cost. Immutable.
 *
 * <p>A batch is as large as what waits, so it grows only while the engine is busy, up to a bound on
 * how long its run takes. With an objective that is half of it, since a request may come when a run
 * has just begun, and then waits for one run and is in the next. Without one it is a few times what
 * a request takes alone: most models have gained by then what they gain from batches, and a request
 * that shares its run is never much slower than alone.
 *
 * @param objectiveNanos within what time answers are wanted; 0 if nothing is said
 * @param mostRows how many rows may share a run at all
 */
record BatchPolicy(long objectiveNanos, int mostRows) {
  /** For what a request costs outside of queue and run: reading, the socket, the event loop. */
  private static final double SHARE_OF_OBJECTIVE = 0.7;

  private static final long PARTS_OF_OBJECTIVE = 5;
  private static final double SLOWDOWN = 3;
  private static final double SLACK_NANOS = 2_000_000;

  /** Returns the policy for an objective; zero if there is none. */
  static BatchPolicy of(Duration objective) {
    return of(objective, Integer.MAX_VALUE);
  }

  /** Returns the policy for an objective; zero if there is none. */
  static BatchPolicy of(Duration objective, int mostRows) {
    return new BatchPolicy(objective.toNanos(), mostRows);
  }

  boolean hasObjective() {
    return objectiveNanos > 0;
  }

  /** Returns how long queue and run may take together; only with an objective. */
  double budget() {
    return SHARE_OF_OBJECTIVE * objectiveNanos;
  }

  /**
   * Returns how long a request may have waited when its run begins; only with an objective. One
   * that has hardly waited is run whatever runs take: only runs tell that they have become faster.
   */
  double mostWait(double runNanos) {
    return Math.max(objectiveNanos - runNanos, objectiveNanos - budget());
  }

  /**
   * Returns how long an event loop may do the work of a lane before it reads again: so long and no
   * longer, and with an objective a small part of it, since what arrives meanwhile waits unseen.
   */
  long mostInline(long nanos) {
    return hasObjective() ? Math.min(nanos, objectiveNanos / PARTS_OF_OBJECTIVE) : nanos;
  }

  /** Returns how many rows may share a run. */
  long limit(BatchCosts costs) {
    return Math.min(
        mostRows,
        costs.largestWithin(
            hasObjective() ? budget() / 2 : SLOWDOWN * costs.usual(1) + SLACK_NANOS));
  }
}
