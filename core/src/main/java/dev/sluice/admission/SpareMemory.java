package dev.sluice.admission;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory is left to be taken: what was found at the last look, less what has been taken
 * since, as far as that has not been given back. Thread-safe, lock-free.
 *
 * <p>So those who come between two looks cannot all have what is left once. What had been taken
 * before a look and is given back after it counts only from the next look on, unless as much was
 * taken since.
 */
public final class SpareMemory {
  private final AtomicLong left = new AtomicLong(Long.MAX_VALUE);
  private volatile long found = Long.MAX_VALUE;

  /** So many bytes were found now; until the first look there is no bound. */
  public void found(long bytes) {
    found = bytes;
    left.set(bytes);
  }

  /** Returns how many bytes are left. A snapshot. */
  public long left() {
    return left.get();
  }

  /** Takes bytes; false if so many are not left. */
  boolean tryTake(long bytes) {
    while (true) {
      long before = left.get();
      if (bytes > before) {
        return false;
      }
      if (left.compareAndSet(before, before - bytes)) {
        return true;
      }
    }
  }

  /** Gives bytes back. */
  void giveBack(long bytes) {
    while (true) {
      long before = left.get();
      long after = bytes > found - before ? found : before + bytes;
      if (left.compareAndSet(before, after)) {
        return;
      }
    }
  }
}
