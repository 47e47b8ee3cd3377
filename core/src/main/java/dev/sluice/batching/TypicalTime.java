package dev.sluice.batching;

/**
 * What the runs of a servable usually take, whatever they are: a moving average in which no single
 * run counts for much. Guarded by the lock of whoever runs them.
 */
public final class TypicalTime {
  private static final int WEIGHT = 8;

  /** A run that took more than so many times the average counts as if it had taken that. */
  private static final int SURPRISE = 4;

  /** The first runs do what later ones need not. */
  private static final int FIRST = 3;

  private int first;
  private double nanos;

  /** Creates a time of which nothing is known. */
  public TypicalTime() {}

  /** Takes in how long a run took. */
  public void add(long took) {
    if (first < FIRST) {
      nanos = first == 0 ? took : Math.min(nanos, (double) took);
      first++;
    } else {
      nanos += (Math.min((double) took, SURPRISE * nanos) - nanos) / WEIGHT;
    }
  }

  /** Returns the time in ns; 0 if nothing is known. */
  public long nanos() {
    return (long) nanos;
  }
}
