package dev.sluice.loadtest;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The wish to end early, which another thread may have at any time. */
public final class Stop {
  private static final long LOOK_MILLIS = 100;

  private volatile boolean requested;

  /** Asks the load test to end and to report what it has; any thread. */
  public void request() {
    requested = true;
  }

  boolean isRequested() {
    return requested;
  }

  /** Waits for a future, at most for so long or until the wish to end. */
  boolean await(CompletableFuture<?> future, Duration most, Runnable meanwhile)
      throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    while (!future.isDone()) {
      long left = end - System.nanoTime();
      if (requested || left <= 0) {
        return false;
      }
      try {
        var _ = future.get(Math.min(left, LOOK_MILLIS * 1_000_000), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        meanwhile.run();
      } catch (ExecutionException e) {
        return true; // the caller looks at the result
      }
    }
    return true;
  }

  /** Waits for a future whatever is wished. */
  static void awaitAnyway(CompletableFuture<?> future, Duration most) throws InterruptedException {
    try {
      var _ = future.get(most.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // The caller looks.
    }
  }
}
