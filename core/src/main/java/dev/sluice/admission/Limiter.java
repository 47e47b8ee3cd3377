package dev.sluice.admission;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Bounds how many requests are inside the server at once, and knows when the last one is gone.
 *
 * <p>Of a client that has a name there may be as many inside as there is room for others, so that
 * none can keep the others out; whoever has no name is bounded by the whole only. Clients are
 * counted in {@value #COUNTS} places by the hashes of their names, so that it takes no memory to
 * name many; two that share a place share its bound.
 *
 * <p>Thread-safe, lock-free. A permit is a number, not an object: who acquired releases exactly
 * once, with the same name.
 */
public final class Limiter {
  /** A power of two. */
  private static final int COUNTS = 4096;

  private final int limit;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicIntegerArray byClient = new AtomicIntegerArray(COUNTS);

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

  /**
   * Returns true if one more request of a client may enter; it must then be released.
   *
   * @param client empty if it has no name
   */
  public boolean tryAcquire(String client) {
    if (!tryAcquire()) {
      return false;
    }
    if (client.isEmpty()) {
      return true;
    }
    int place = place(client);
    int own = byClient.incrementAndGet(place);
    // One alone is always let in, or the last free places would be nobody's.
    if (own == 1 || own <= limit - inFlight.get()) {
      return true;
    }
    byClient.decrementAndGet(place);
    release();
    return false;
  }

  /** Ends one request of a client that was let in by its name. */
  public void release(String client) {
    if (!client.isEmpty() && byClient.getAndDecrement(place(client)) <= 0) {
      throw new IllegalStateException("released more permits of a client than acquired");
    }
    release();
  }

  private static int place(String client) {
    int hash = client.hashCode();
    return (hash ^ (hash >>> 12) ^ (hash >>> 22)) & (COUNTS - 1);
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
