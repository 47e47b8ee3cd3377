package dev.sluice.metrics;

/** One cell of a family: the value for one combination of label values. */
sealed interface Metric permits Computed, Counter, Gauge, Histogram {
  /** Returns the value as an integer; 0 for what is none (metrics.md §6). */
  long integer();
}
