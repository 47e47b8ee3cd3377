package dev.sluice.lifecycle;

import java.util.concurrent.atomic.AtomicLong;

/** How much memory the loaded versions may use together, by their estimates. Thread-safe. */
final class MemoryBudget {
  private final long limitBytes;
  private final AtomicLong reservedBytes = new AtomicLong();

  MemoryBudget(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** Reserves memory; returns false, reserving nothing, if so much is not left. */
  boolean tryReserve(long bytes) {
    long current = reservedBytes.get();
    while (bytes <= limitBytes - current) {
      long witness = reservedBytes.compareAndExchange(current, current + bytes);
      if (witness == current) {
        return true;
      }
      current = witness;
    }
    return false;
  }

  void release(long bytes) {
    reservedBytes.addAndGet(-bytes);
  }

  /** Returns true if so much is left now. */
  boolean fits(long bytes) {
    return bytes <= limitBytes - reservedBytes.get();
  }
}
