package dev.sluice.main;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * How long a stop still waits for something; who is in a hurry ends it. Thread-safe.
 *
 * <p>It begins with its construction.
 */
final class Patience {
  /** How soon a hurry is noticed. */
  private static final Duration SLICE = Duration.ofMillis(50);

  private final CountDownLatch lost = new CountDownLatch(1);
  private final long end;

  Patience(Duration duration) {
    this.end = System.nanoTime() + duration.toNanos();
  }

  /** Something that can be waited for a while at a time. */
  @FunctionalInterface
  interface Step {
    /** Waits no longer than this; returns true if it has come. */
    boolean await(Duration most) throws InterruptedException;
  }

  /** Returns how much is left; never negative. */
  Duration left() {
    return lost.getCount() == 0
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }

  /** Ends it. */
  void lose() {
    lost.countDown();
  }

  /** Waits until nothing is left. */
  void awaitEnd() throws InterruptedException {
    var _ = lost.await(left().toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Waits for a condition likewise, which is asked for again and again. */
  boolean awaitUntil(BooleanSupplier condition) throws InterruptedException {
    return await(most -> condition.getAsBoolean() || (isLost(most) && condition.getAsBoolean()));
  }

  private boolean isLost(Duration most) throws InterruptedException {
    return lost.await(most.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Waits for something as long as there is patience; returns false if it has not come. */
  boolean await(Step step) throws InterruptedException {
    while (true) {
      Duration left = left();
      if (step.await(left.compareTo(SLICE) < 0 ? left : SLICE)) {
        return true;
      }
      if (left.isZero()) {
        return false;
      }
    }
  }
}
