package dev.sluice.batching;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * The part of some lanes' work that the event loop does itself, on one core: what is short, for a
 * bounded time, and then more of it in its next turn.
 *
 * <p>Invariant: whatever throws or is not taken, a lane is woken for what is left in the lanes.
 */
final class LoopWork {
  private final Lanes<?> lanes;
  private final Turns turns;
  private final long mostNanos;
  private final LongSupplier nanoTime;

  /** True while the work is to be done at the end of the turn. */
  private final AtomicBoolean atEnd = new AtomicBoolean();

  /** True while there is more to be done in the next turn. */
  private final AtomicBoolean inNext = new AtomicBoolean();

  /**
   * Creates the work of an event loop.
   *
   * @param mostNanos how long the loop may do it before it reads again
   */
  LoopWork(Lanes<?> lanes, Turns turns, long mostNanos, LongSupplier nanoTime) {
    this.lanes = lanes;
    this.turns = turns;
    this.mostNanos = mostNanos;
    this.nanoTime = nanoTime;
  }

  /** Does it at the end of the calling loop's turn. */
  void doAtEnd() {
    if (!atEnd.compareAndSet(false, true)) {
      return;
    }
    boolean taken = false;
    try {
      turns.executeAtEnd(() -> begin(atEnd));
      taken = true;
    } finally {
      orWake(taken, atEnd);
    }
  }

  /** Does it now. */
  void doNow() {
    boolean done = false;
    try {
      if (lanes.work(mostNanos, nanoTime)) {
        doInNext();
      }
      done = true;
    } finally {
      if (!done) {
        lanes.wake();
      }
    }
  }

  private void doInNext() {
    if (!inNext.compareAndSet(false, true)) {
      return;
    }
    boolean taken = false;
    try {
      taken = turns.executeInNext(() -> begin(inNext));
    } finally {
      orWake(taken, inNext);
    }
  }

  private void begin(AtomicBoolean scheduled) {
    scheduled.set(false);
    doNow();
  }

  private void orWake(boolean taken, AtomicBoolean scheduled) {
    if (!taken) {
      scheduled.set(false);
      lanes.wake();
    }
  }
}
