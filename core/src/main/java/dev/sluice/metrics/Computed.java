package dev.sluice.metrics;

import java.util.function.LongSupplier;

/** A number that is kept elsewhere already, so that nothing is counted twice. */
record Computed(LongSupplier source) implements Metric {
  @Override
  public long integer() {
    return source.getAsLong();
  }
}
