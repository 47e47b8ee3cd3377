package dev.sluice.lifecycle;

/**
 * Memory at one moment, as the system counts it; in bytes.
 *
 * @param free what can still be taken before something is killed or swapped; {@link Long#MAX_VALUE}
 *     if nobody knows
 * @param limit of the container, or what the machine has
 * @param ownAnonymous what this process has that no file is behind
 * @param heapGrowth how much more the JVM's heap may take
 */
public record MemoryReading(long free, long limit, long ownAnonymous, long heapGrowth) {
  /** Where nothing can be found out. */
  public static final MemoryReading UNKNOWN =
      new MemoryReading(Long.MAX_VALUE, Long.MAX_VALUE, 0, 0);

  /** Returns what this process has taken since, but for its heap. */
  long grownSince(MemoryReading before) {
    long heap = Math.max(0, before.heapGrowth - heapGrowth);
    return ownAnonymous - before.ownAnonymous - heap;
  }
}
