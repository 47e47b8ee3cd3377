package dev.sluice.lifecycle;

/** Reads how much memory there is. Thread-safe; takes some 100 µs. */
@FunctionalInterface
public interface MemoryReader {
  /** Reads it anew; never fails, but may not know. */
  MemoryReading read();
}
