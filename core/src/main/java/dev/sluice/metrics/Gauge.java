package dev.sluice.metrics;

import java.util.concurrent.atomic.AtomicLong;

/** A value that goes up and down. Thread-safe. */
public final class Gauge implements Metric {
  private final AtomicLong value = new AtomicLong();

  Gauge() {}

  /** Sets the value. */
  public void set(long newValue) {
    value.set(newValue);
  }

  @Override
  public long integer() {
    return value.get();
  }
}
