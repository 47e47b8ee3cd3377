package dev.sluice.lifecycle;

import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lends one loaded servable to requests and tells its unloader when the last of them is gone.
 *
 * <p>A request {@linkplain #tryAcquire() acquires}, uses the servable, and {@linkplain #release()
 * releases} exactly once; that "once" is held in the request's own object, so that lending costs no
 * allocation. The manager, before it unloads, {@linkplain #drain drains}: from then on nothing is
 * lent, and drain returns once everything lent has been released.
 *
 * <p>Thread-safe. Acquiring and releasing never block.
 */
public final class ServableLease {
  /*
   * One int holds both facts that must change together: the sign bit says "draining", the other 31
   * bits count what is lent. Were they two fields, an acquire could read "not draining", be
   * overtaken by a drain that reads "nothing lent", and use a servable that is being freed; for a
   * native engine that is a crash of the process, not an exception.
   *
   *   open, n lent        n                tryAcquire: n -> n + 1      release: n -> n - 1
   *   draining, n lent    DRAINING | n     tryAcquire: refused         release: n -> n - 1
   *   drained             DRAINING         terminal
   *
   * Whoever brings the word to DRAINING, the last release or a drain that finds nothing lent, opens
   * the latch. Only the thread that called drain goes on to unload, so a request never pays for
   * freeing gigabytes merely because it happened to finish last.
   */
  private static final int DRAINING = Integer.MIN_VALUE;
  private static final int COUNT_MASK = Integer.MAX_VALUE;

  private final ServableId id;
  private final Servable servable;
  private final AtomicInteger state = new AtomicInteger();
  private final CountDownLatch drained = new CountDownLatch(1);

  /** Creates the lease of a servable that has just been loaded. */
  public ServableLease(ServableId id, Servable servable) {
    this.id = id;
    this.servable = servable;
  }

  /** Returns which servable is lent. */
  public ServableId id() {
    return id;
  }

  /** Returns the servable; only a holder may use it. */
  public Servable servable() {
    return servable;
  }

  /** Returns true if the caller now holds the servable and must release it; false once draining. */
  public boolean tryAcquire() {
    int current = state.get();
    while (current >= 0) {
      int witness = state.compareAndExchange(current, current + 1);
      if (witness == current) {
        return true;
      }
      current = witness;
    }
    return false;
  }

  /** Gives back what one {@link #tryAcquire} gave. */
  public void release() {
    int after = state.decrementAndGet();
    if (after == DRAINING) {
      drained.countDown();
    } else if ((after & COUNT_MASK) == COUNT_MASK) {
      throw new IllegalStateException("released more often than acquired: " + id);
    }
  }

  /**
   * Stops lending, then waits until everything lent has been released.
   *
   * @return true if nothing is lent and the servable may be unloaded; false if the wait ran out, in
   *     which case it must not be, and the caller may drain again
   */
  boolean drain(Duration timeout) throws InterruptedException {
    int before = state.getAndUpdate(word -> word | DRAINING);
    if ((before & COUNT_MASK) == 0) {
      drained.countDown();
    }
    return drained.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Returns how many requests hold the servable. A snapshot, for status pages and tests. */
  public int lent() {
    return state.get() & COUNT_MASK;
  }
}
