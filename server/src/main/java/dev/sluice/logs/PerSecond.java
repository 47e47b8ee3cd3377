package dev.sluice.logs;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Allows so many in each second, and counts the others. Thread-safe, without locks. */
final class PerSecond {
  /*
   * One word holds the second and how many were allowed in it: the lower bits count, the others are
   * the number of the second.
   */
  private static final int COUNT_BITS = 16;
  private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;
  private static final long NANOS = 1_000_000_000L;

  private final int most;
  private final AtomicLong word = new AtomicLong();
  private final LongAdder refused = new LongAdder();

  PerSecond(int most) {
    if (most < 1 || most > COUNT_MASK) {
      throw new IllegalArgumentException("expected 1 to " + COUNT_MASK + ", found " + most);
    }
    this.most = most;
  }

  /** Returns true if one more is allowed in the second of this moment. */
  boolean tryTake(long nanoTime) {
    long second = Math.floorDiv(nanoTime, NANOS);
    while (true) {
      long seen = word.get();
      long taken = (seen >> COUNT_BITS) == second ? seen & COUNT_MASK : 0;
      if (taken >= most) {
        refused.increment();
        return false;
      }
      if (word.compareAndSet(seen, (second << COUNT_BITS) | (taken + 1))) {
        return true;
      }
    }
  }

  /** Returns how many were refused since this was asked before. */
  long takeRefused() {
    return refused.sumThenReset();
  }
}
