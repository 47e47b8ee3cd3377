package dev.sluice.metrics;

import java.util.concurrent.atomic.LongAdder;

/** A sum that only grows. Thread-safe; adding takes no lock. */
public final class Counter implements Metric {
  private final LongAdder sum = new LongAdder();

  Counter() {}

  /** Adds one. */
  public void increment() {
    sum.increment();
  }

  /** Adds an amount, at least 0. */
  public void add(long amount) {
    sum.add(amount);
  }

  /** Returns the sum so far. */
  public long value() {
    return sum.sum();
  }

  @Override
  public long integer() {
    return value();
  }
}
