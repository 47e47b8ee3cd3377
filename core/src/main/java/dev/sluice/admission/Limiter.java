package dev.sluice.admission;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds how many requests are inside the server at once, and knows when the last one is gone.
 *
 * <p>Thread-safe, lock-free. A permit is a number, not an object: who acquired releases exactly
 * once.
 */
public final class Limiter {
  private final int limit;
  private final AtomicInteger inFlight = new AtomicInteger();

  /** Creates a limiter that lets {@code limit} requests in at once. */
  public Limiter(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("expected a limit of at least 1, found " + limit);
    }
    this.limit = limit;
  }

  /** Returns true if one more request may enter; it must then be released. */
  public boolean tryAcquire() {
    if (inFlight.getAndIncrement() < limit) {
      return true;
    }
    inFlight.decrementAndGet();
    return false;
  }

  /** Ends one request that was let in. */
  public void release() {
    if (inFlight.getAndDecrement() <= 0) {
      throw new IllegalStateException("released more permits than acquired");
    }
  }

  /** Returns how many requests are inside. A snapshot. */
  public int inFlight() {
    return inFlight.get();
  }

  /** Returns how many may be inside at once. */
  public int limit() {
    return limit;
  }
}
