package dev.sluice.console;

import dev.sluice.metrics.ServingMetrics;

/**
 * Where the console has it from how long requests took: counts that only grow, of which the page
 * makes percentiles between two looks. Thread-safe.
 */
public interface Latencies {
  /** Returns the limits of the classes, in microseconds and ascending. */
  double[] limits();

  /**
   * Returns how many requests for a model were answered in each class: below its limit and not
   * below the one before, and in one class more than there are limits.
   */
  long[] of(String model);

  /** Returns what the server measures of all requests, by model. */
  static Latencies of(ServingMetrics metrics) {
    return new Latencies() {
      @Override
      public double[] limits() {
        return ServingMetrics.latencyLimits();
      }

      @Override
      public long[] of(String model) {
        return metrics.answersByLatency(model);
      }
    };
  }
}
