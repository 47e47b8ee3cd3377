package dev.sluice.batching.merge;

import dev.sluice.tensor.StringTensors;
import java.lang.foreign.MemorySegment;

/** Writes the memory of a string tensor from runs of elements of others. */
final class StringAppender {
  private final MemorySegment target;
  private final long contentStart;
  private long element;
  private long position;

  /** Creates an appender to memory for so many elements. */
  StringAppender(MemorySegment target, long elements) {
    this.target = target;
    this.contentStart = StringTensors.contentStart(elements);
    StringTensors.setOffset(target, 0, 0);
  }

  /** Returns how many elements have been written. */
  long element() {
    return element;
  }

  /** Appends a run of elements; {@code elements} is how many the source has in all. */
  void append(MemorySegment source, long elements, long from, long count) {
    long start = StringTensors.offset(source, from);
    for (long i = 1; i <= count; i++) {
      long end = StringTensors.offset(source, from + i);
      StringTensors.setOffset(target, element + i, position + end - start);
    }
    long bytes = StringTensors.offset(source, from + count) - start;
    MemorySegment.copy(
        source,
        StringTensors.contentStart(elements) + start,
        target,
        contentStart + position,
        bytes);
    element += count;
    position += bytes;
  }

  /** Returns the bytes of content in a run of elements. */
  static long contentBytes(MemorySegment source, long from, long count) {
    return StringTensors.offset(source, from + count) - StringTensors.offset(source, from);
  }
}
