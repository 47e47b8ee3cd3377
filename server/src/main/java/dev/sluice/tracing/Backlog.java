package dev.sluice.tracing;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * What has been made and not yet been sent, bounded; and what was lost on the way. Thread-safe.
 *
 * <p>The SDK's own queue is bounded too, but drops span by span and tells only a metrics SDK. With
 * as many places as this backlog it never does: here a request's spans come in together or not at
 * all.
 */
final class Backlog {
  private final int capacity;
  private final AtomicInteger waiting = new AtomicInteger();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder sent = new LongAdder();

  Backlog(int capacity) {
    this.capacity = capacity;
  }

  /** Takes places for the spans of one request; false, and counts them, if there are too few. */
  boolean tryEnter(int spans) {
    if (waiting.addAndGet(spans) <= capacity) {
      return true;
    }
    waiting.addAndGet(-spans);
    dropped.add(spans);
    return false;
  }

  /** Gives back the places of spans that the sender has taken. */
  void leave(int spans) {
    waiting.addAndGet(-spans);
  }

  /** Counts spans that the collector has taken. */
  void sent(int spans) {
    sent.add(spans);
  }

  /** Counts spans that the collector has not taken. */
  void failed(int spans) {
    failed.add(spans);
  }

  /** Returns how many spans found no place. */
  long droppedSpans() {
    return dropped.sum();
  }

  /** Returns how many spans could not be sent. */
  long failedSpans() {
    return failed.sum();
  }

  /** Returns how many spans the collector has taken. */
  long sentSpans() {
    return sent.sum();
  }
}
