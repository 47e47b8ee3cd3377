package dev.sluice.batching;

/**
 * What the runs of one queue are expected to take. Worked out anew only when more was learned or
 * something else waits, since every request asks for it under the lock of the lanes, by which it is
 * guarded.
 */
final class Forecast {
  private final BatchCosts costs;
  private final boolean merges;

  /** What was known when limit and full run were worked out. */
  private long known = -1;

  private long limit = 1;
  private double fullNanos;

  /** What was known, and waited, when the time for that was worked out. */
  private long knownOfWaiting = -1;

  private long waitingRows;
  private long waitingNanos;

  Forecast(BatchCosts costs, boolean merges) {
    this.costs = costs;
    this.merges = merges;
  }

  private void update(BatchPolicy policy) {
    // Read first: what is learned meanwhile must be noticed the next time.
    long now = costs.learned();
    if (now != known) {
      limit = merges ? policy.limit(costs) : 1;
      fullNanos = costs.usual(limit);
      known = now;
    }
  }

  /** Returns how many rows may share a run. */
  long limit(BatchPolicy policy) {
    update(policy);
    return limit;
  }

  /** Takes in how many rows wait; returns by how much their {@link #waitingNanos} changes. */
  long reckon(BatchPolicy policy, long rows) {
    update(policy);
    if (rows == waitingRows && known == knownOfWaiting) {
      return 0;
    }
    long before = waitingNanos;
    waitingNanos = rows == 0 ? 0 : Math.round(nanosBeforeLast(rows) + nanosOfLast(rows));
    waitingRows = rows;
    knownOfWaiting = known;
    return waitingNanos - before;
  }

  /** Returns how long the runs of what waits usually take together, as last reckoned. */
  long waitingNanos() {
    return waitingNanos;
  }

  /** Returns how long a row takes that shares a full run. */
  double nanosPerRow(BatchPolicy policy) {
    update(policy);
    return fullNanos / limit;
  }

  /** Returns how long so many rows, at least one, take in runs that are full, but for the last. */
  double nanosBeforeLast(long rows) {
    long fullRuns = (rows - 1) / limit;
    return fullRuns * fullNanos;
  }

  /** Returns how long the last run of so many rows takes. */
  double nanosOfLast(long rows) {
    return costs.usual((rows - 1) % limit + 1);
  }
}
