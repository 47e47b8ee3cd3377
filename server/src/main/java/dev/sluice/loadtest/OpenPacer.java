package dev.sluice.loadtest;

import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/**
 * Calls at the times of a Poisson process, as many clients that know nothing of each other send
 * them. The schedule is fixed by rate and seed: neither slow answers nor a late look moves it.
 */
final class OpenPacer implements Pacer {
  private static final double NANOS = 1e9;

  /** Begun in one go; then answers get their turn, or a loop that is late would never read any. */
  static final int BURST = 64;

  private final SplittableRandom random;
  private final double gapNanos;
  private final long end;

  /** When the next call is due, in nanoseconds since the start; a fraction is not lost. */
  private double next;

  private final long start;

  OpenPacer(double perSecond, long seed, long start, long end) {
    this.random = new SplittableRandom(seed);
    this.gapNanos = NANOS / perSecond;
    this.start = start;
    this.end = end;
    advance();
  }

  private void advance() {
    // 1 - u is never 0.
    next -= gapNanos * Math.log(1 - random.nextDouble());
  }

  private long nextDue() {
    return start + (long) next;
  }

  @Override
  public long due(long now, LongConsumer begin) {
    for (int i = 0; i < BURST && nextDue() - now <= 0 && !isOver(now); i++) {
      long intended = nextDue();
      advance();
      begin.accept(intended);
    }
    return isOver(now) ? NEVER : nextDue();
  }

  @Override
  public void ended(long now, LongConsumer begin) {}

  @Override
  public boolean isOver(long now) {
    return nextDue() - end >= 0;
  }
}
