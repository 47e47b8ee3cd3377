package dev.sluice.metrics;

/**
 * The limits of a histogram's buckets, ascending; behind the last is one more bucket without a
 * limit. By the reference a sample belongs to the first bucket whose limit is <em>above</em> it
 * (metrics.md §2), by today's conventions to the first whose limit is at least as high.
 *
 * <p>Samples are whole numbers, so that "at most 5" is "below 6": one comparison serves both.
 *
 * <p>A bucket may be counted in parts: what is printed stays as coarse as its readers know it, and
 * who computes quantiles from the counts has finer ones, for no more work of those who record.
 */
public final class Buckets {
  private final double[] bounds;
  private final int parts;
  private final double[] limits;
  private final String[] labels;
  private final double unit;

  /**
   * Creates buckets.
   *
   * @param bounds what samples are compared to: each is below its bound; one for each part
   * @param parts in how many parts each bucket is counted
   * @param limits what is printed
   * @param unit how much of a sample is 1 of what is printed
   */
  private Buckets(double[] bounds, int parts, double[] limits, double unit) {
    this.bounds = bounds;
    this.parts = parts;
    this.limits = limits;
    this.unit = unit;
    this.labels = new String[limits.length];
    for (int i = 0; i < limits.length; i++) {
      labels[i] = Numbers.canonical(limits[i]);
    }
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
    return new Buckets(limits, 1, limits, 1);
  }

  /**
   * Returns exponential buckets that are counted in parts, of which each grows by the same factor.
   */
  static Buckets exponential(double scale, double growth, int count, int parts) {
    double[] limits = exponential(scale, growth, count).limits;
    double[] bounds = new double[count * parts];
    for (int i = 0; i < bounds.length; i++) {
      int left = parts - 1 - i % parts;
      bounds[i] = limits[i / parts] * Math.pow(growth, -(double) left / parts);
    }
    return new Buckets(bounds, parts, limits, 1);
  }

  /**
   * Returns buckets of samples up to and with each limit.
   *
   * @param unit how many of what is recorded is 1 of what limits and the page speak of: a billion
   *     for nanoseconds that are printed as seconds
   */
  static Buckets upTo(long unit, double... limits) {
    double[] bounds = new double[limits.length];
    for (int i = 0; i < limits.length; i++) {
      bounds[i] = Math.round(limits[i] * unit) + 1;
      if (i > 0 && bounds[i] <= bounds[i - 1]) {
        throw new IllegalArgumentException(
            "expected ascending limits, found " + limits[i - 1] + ", " + limits[i]);
      }
    }
    return new Buckets(bounds, 1, limits.clone(), unit);
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

  /** Returns a limit as today's pages print it. */
  String label(int index) {
    return labels[index];
  }

  /** Returns how much of a sample is 1 of what is printed. */
  double unit() {
    return unit;
  }

  /** Returns how many parts all buckets with a limit have; there is one part more. */
  int partCount() {
    return bounds.length;
  }

  /** Returns in how many parts each bucket with a limit is counted. */
  int parts() {
    return parts;
  }

  /** Returns what the samples of each part are below. */
  double[] bounds() {
    return bounds.clone();
  }

  /** Returns the index of a sample's bucket. */
  int indexOf(long sample) {
    return partOf(sample) / parts;
  }

  /** Returns the index of a sample's part, among those of all buckets. */
  int partOf(long sample) {
    int low = 0;
    int high = bounds.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sample < bounds[middle]) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
