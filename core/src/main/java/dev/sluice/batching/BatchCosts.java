package dev.sluice.batching;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Learns what runs of a queue cost, by the rows of a run.
 *
 * <p>Runs of about the same size share a class. Of each class two figures are kept, for two
 * questions. The <em>usual</em> time, a moving average of what runs took, tells how long requests
 * will wait. The <em>shortest</em> of the last {@value #WINDOW} runs tells how much work a run is:
 * a run's time is its own work and, on a busy machine, that of whoever took the core away
 * meanwhile. The shortest is unknown before the first window is full; what happens in the first
 * runs only (graph optimisation, compilation) is never in it.
 *
 * <p>Times are in ns. The encoding of answers is in them as far as the thread that ran does it.
 * Thread-safe.
 */
final class BatchCosts {
  static final int WINDOW = 32;

  /** The smallest number of rows of each class. */
  private static final int[] CLASSES = {
    1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024
  };

  private static final double WEIGHT = 1.0 / 8;
  private static final double FORGETTING = 1.0 / 256;

  /** A run that took more than so many times the usual says something of the machine. */
  private static final int SURPRISE = 4;

  /** The first runs of a size do what later ones need not, and are never faster. */
  private static final int FIRST = 3;

  /** Runs after which the usual time is settled enough to call anything a surprise. */
  private static final int SETTLED = 8;

  private final double[] usualRows = new double[CLASSES.length];
  private final double[] usualNanos = new double[CLASSES.length];

  /** Long, since a busy day has more runs than an int can count. */
  private final long[] counts = new long[CLASSES.length];

  private final long[] windowShortest = new long[CLASSES.length];
  private final AtomicLongArray shortest = new AtomicLongArray(CLASSES.length);

  /** Written under the lock only, after all else. */
  private volatile long learned;

  private @Nullable AtomicLong common;

  /**
   * Takes in a run that succeeded.
   *
   * @param more whether others waited behind it; then larger runs may have been avoided for what
   *     one of them took long ago, and that is slowly forgotten
   */
  synchronized void add(long rows, long nanos, boolean more) {
    int at = classOf(rows);
    for (int larger = at + 1; more && larger < CLASSES.length; larger++) {
      usualNanos[larger] -= usualNanos[larger] * FORGETTING;
    }
    long took = Math.max(1, nanos);
    long count = ++counts[at];
    if (count == 1) {
      usualRows[at] = rows;
      usualNanos[at] = took;
    } else if (count <= FIRST) {
      usualNanos[at] = Math.min(usualNanos[at], (double) took);
    } else {
      double believed =
          count > SETTLED ? Math.min((double) took, SURPRISE * usualNanos[at]) : (double) took;
      usualRows[at] += WEIGHT * (rows - usualRows[at]);
      usualNanos[at] += WEIGHT * (believed - usualNanos[at]);
    }
    boolean first = count % WINDOW == 1;
    windowShortest[at] = first ? took : Math.min(windowShortest[at], took);
    if (count % WINDOW == 0) {
      shortest.setOpaque(at, windowShortest[at]);
    }
    learned++;
    if (common != null) {
      common.incrementAndGet();
    }
  }

  /** Returns how many runs have been taken in: what is known changes with it, and only with it. */
  long learned() {
    return learned;
  }

  /** Counts from now on what is learned in a counter, too, that queues have in common. */
  synchronized void countIn(AtomicLong counter) {
    common = counter;
  }

  /** Returns the class of runs with so many rows. */
  private static int classOf(long rows) {
    int at = CLASSES.length - 1;
    while (at > 0 && CLASSES[at] > rows) {
      at--;
    }
    return at;
  }

  /**
   * Returns at most how much work a run of so many rows is, or {@link Long#MAX_VALUE} if that is
   * unknown. Without a lock.
   */
  long work(long rows) {
    for (int at = classOf(rows); at >= 0; at--) {
      long known = shortest.getOpaque(at);
      if (known != 0) {
        // More rows cost at most as much more.
        long per = CLASSES[at];
        return rows <= per ? known : (long) ((double) known * rows / per);
      }
    }
    return Long.MAX_VALUE;
  }

  /** Returns how long the shortest run takes, whatever its size; 0 if that is unknown. */
  long least() {
    long least = Long.MAX_VALUE;
    for (int at = 0; at < CLASSES.length; at++) {
      long known = shortest.getOpaque(at);
      least = known == 0 ? least : Math.min(least, known);
    }
    return least == Long.MAX_VALUE ? 0 : least;
  }

  /**
   * Returns how long a run of so many rows usually takes; 0 if nothing is known. Never more than
   * what is known of larger ones, which may be known better.
   */
  synchronized double usual(long rows) {
    int before = -1;
    double nanos = -1;
    for (int at = 0; at < CLASSES.length; at++) {
      if (counts[at] > 0) {
        if (nanos >= 0) {
          nanos = Math.min(nanos, usualNanos[at]);
        } else if (usualRows[at] >= rows) {
          nanos = before < 0 ? usualNanos[at] : between(before, at, rows);
        }
        before = at;
      }
    }
    if (nanos >= 0) {
      return nanos;
    }
    return before < 0 ? 0 : usualNanos[before] * (rows / usualRows[before]);
  }

  private double between(int low, int high, long rows) {
    double share = (rows - usualRows[low]) / Math.max(1e-9, usualRows[high] - usualRows[low]);
    return usualNanos[low] + share * (usualNanos[high] - usualNanos[low]);
  }

  /**
   * Returns the largest number of rows, of those that classes begin with, whose run usually takes
   * no longer than this; at least 1, and at most twice what has been tried.
   */
  synchronized long largestWithin(double nanos) {
    int tried = CLASSES.length - 1;
    while (tried > 0 && counts[tried] == 0) {
      tried--;
    }
    int at = CLASSES.length - 1;
    while (at > 0 && (CLASSES[at] > 2 * CLASSES[tried] || usual(CLASSES[at]) > nanos)) {
      at--;
    }
    return CLASSES[at];
  }
}
