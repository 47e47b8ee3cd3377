package dev.sluice.admission;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds how many bytes of requests may wait in memory at once. Thread-safe, lock-free.
 *
 * <p>A request larger than the whole budget is let in when nothing else is held, so that no size is
 * refused for ever; but none for which there is no memory.
 */
public final class ByteBudget {
  private final long limit;
  private final SpareMemory memory;
  private final AtomicLong held = new AtomicLong();

  /** Creates a budget of so many bytes, of a machine that has them. */
  public ByteBudget(long limit) {
    this(limit, new SpareMemory());
  }

  /**
   * Creates a budget of so many bytes.
   *
   * @param memory of which the bytes are taken; others may take of it too
   */
  public ByteBudget(long limit, SpareMemory memory) {
    if (limit < 1) {
      throw new IllegalArgumentException("expected at least one byte, found " + limit);
    }
    this.limit = limit;
    this.memory = memory;
  }

  /** Takes bytes; false if they do not fit now. Those taken must be released. */
  public boolean tryTake(long bytes) {
    return tryGrow(0, bytes);
  }

  /** Takes bytes for a request that has taken {@code own} before; false if they do not fit now. */
  public boolean tryGrow(long own, long bytes) {
    if (!memory.tryTake(bytes)) {
      return false;
    }
    while (true) {
      long before = held.get();
      long after = before + bytes;
      if (before > own && after > limit) {
        memory.giveBack(bytes);
        return false;
      }
      if (held.compareAndSet(before, after)) {
        return true;
      }
    }
  }

  /** Gives bytes back. */
  public void release(long bytes) {
    memory.giveBack(bytes);
    if (held.addAndGet(-bytes) < 0) {
      throw new IllegalStateException("released more bytes than were taken");
    }
  }

  /** Returns the bytes held. A snapshot. */
  public long held() {
    return held.get();
  }

  /**
   * Returns the end of a sentence that says how much memory there is, for who is refused, if that
   * is less than what may be held; otherwise nothing.
   */
  public String shortage() {
    long left = memory.left();
    return left < limit ? "; the machine has " + left + " bytes of memory left for them" : "";
  }

  /** Returns how many bytes may be held at once. */
  public long limit() {
    return limit;
  }
}
