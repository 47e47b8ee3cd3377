package dev.sluice.main;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Whether something has been quiet for so long at every look. Used by one thread. */
final class QuietTime {
  private final Duration least;
  private final LongSupplier nanoTime;
  private long since;

  QuietTime(Duration least, LongSupplier nanoTime) {
    this.least = least;
    this.nanoTime = nanoTime;
    this.since = nanoTime.getAsLong();
  }

  /** Takes in whether it is quiet now; returns true if it has been for long enough. */
  boolean look(boolean quiet) {
    long now = nanoTime.getAsLong();
    if (!quiet) {
      since = now;
    }
    return now - since >= least.toNanos();
  }
}
