package dev.sluice.metrics;

/**
 * The limits of a histogram's buckets, ascending; behind the last is one more bucket without a
 * limit. A sample belongs to the first bucket whose limit is <em>above</em> it (metrics.md §2).
 */
public final class Buckets {
  private final double[] limits;

  private Buckets(double[] limits) {
    this.limits = limits;
  }

  /** Returns {@code count} limits: scale, scale · growth, scale · growth², … */
  public static Buckets exponential(double scale, double growth, int count) {
    if (scale <= 0 || growth <= 1 || count < 1) {
      throw new IllegalArgumentException(
          "expected scale > 0, growth > 1, count > 0, found "
              + scale
              + ", "
              + growth
              + ", "
              + count);
    }
    double[] limits = new double[count];
    double limit = scale;
    for (int i = 0; i < count; i++) {
      limits[i] = limit;
      limit *= growth;
    }
    return new Buckets(limits);
  }

  /** Returns how many limits there are; there is one bucket more. */
  int limitCount() {
    return limits.length;
  }

  double[] limits() {
    return limits.clone();
  }

  double limit(int index) {
    return limits[index];
  }

  /** Returns the index of a sample's bucket. */
  int indexOf(long sample) {
    int low = 0;
    int high = limits.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sample < limits[middle]) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
