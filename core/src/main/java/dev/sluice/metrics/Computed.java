package dev.sluice.metrics;

import java.util.function.LongSupplier;

/** A counter that another metric keeps already, so that a sample is not counted twice. */
record Computed(LongSupplier source) implements Metric {
  @Override
  public long integer() {
    return source.getAsLong();
  }
}
