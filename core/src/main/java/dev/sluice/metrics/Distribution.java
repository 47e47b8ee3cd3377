package dev.sluice.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * How samples are distributed, as of one moment.
 *
 * @param limits of the buckets, ascending: seconds, or rows
 * @param counts how many samples are at most each limit; one more is the number of all
 * @param sum of the samples
 */
public record Distribution(List<Double> limits, List<Long> counts, double sum) {
  public Distribution {
    limits = List.copyOf(limits);
    counts = List.copyOf(counts);
  }

  /** Returns the number of all samples. */
  public long count() {
    return counts.getLast();
  }

  /** Adds up histograms with the same buckets. */
  static final class Sum {
    private final Buckets buckets;
    private final long[] counts;
    private double sum;

    Sum(Buckets buckets) {
      this.buckets = buckets;
      this.counts = new long[buckets.limitCount() + 1];
    }

    void add(Histogram histogram) {
      for (int i = 0; i < counts.length; i++) {
        counts[i] += histogram.countIn(i);
      }
      sum += histogram.sum() / buckets.unit();
    }

    /** Returns how many samples there are. */
    long count() {
      long all = 0;
      for (long count : counts) {
        all += count;
      }
      return all;
    }

    Distribution distribution() {
      List<Double> limits = new ArrayList<>();
      List<Long> cumulative = new ArrayList<>();
      long below = 0;
      for (int i = 0; i < counts.length; i++) {
        below += counts[i];
        cumulative.add(below);
        if (i < buckets.limitCount()) {
          limits.add(buckets.limit(i));
        }
      }
      return new Distribution(limits, cumulative, sum);
    }
  }
}
