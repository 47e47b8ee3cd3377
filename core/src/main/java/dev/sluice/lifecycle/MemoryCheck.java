package dev.sluice.lifecycle;

/**
 * Whether loads are refused for which there is no memory.
 *
 * @param reader says how much there is
 * @param reserveBytes what a load must leave
 */
public record MemoryCheck(MemoryReader reader, long reserveBytes) {
  /** Nothing is refused. */
  public static final MemoryCheck NONE = new MemoryCheck(() -> MemoryReading.UNKNOWN, 0);

  public MemoryCheck {
    if (reserveBytes < 0) {
      throw new IllegalArgumentException(
          "expected no negative reserve, found " + reserveBytes + " bytes");
    }
  }
}
