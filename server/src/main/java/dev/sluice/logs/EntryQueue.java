package dev.sluice.logs;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Entries on their way to the thread that writes them, bounded. Any thread may offer, and never
 * waits; one polls. A queue of the JDK that is bounded has a lock, which its reader may hold.
 */
final class EntryQueue {
  private final int capacity;
  private final Queue<RequestEntry> entries = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();
  private final LongAdder lost = new LongAdder();

  EntryQueue(int capacity) {
    this.capacity = capacity;
  }

  /** Takes an entry, or counts it as lost if there are too many. */
  void offer(RequestEntry entry) {
    if (size.incrementAndGet() > capacity) {
      size.decrementAndGet();
      lost.increment();
    } else {
      entries.add(entry);
    }
  }

  /** Returns the next entry; null if there is none. */
  @Nullable RequestEntry poll() {
    RequestEntry entry = entries.poll();
    if (entry != null) {
      size.decrementAndGet();
    }
    return entry;
  }

  /** Returns how many were lost so far. */
  long lost() {
    return lost.sum();
  }
}
