package dev.sluice.tensor;

import java.lang.foreign.MemorySegment;

/**
 * A dtype, a shape and native memory with one owner.
 *
 * <p>Elements are little-endian and row-major. A {@link DataType#STRING} tensor of n elements holds
 * n + 1 int64 offsets and then the bytes: element i is the bytes from offset[i] to offset[i + 1],
 * counted from the first byte behind the offsets. {@link StringTensors} reads and writes that form.
 *
 * <p>Not thread-safe: it is handed from thread to thread with a happens-before edge. Whoever owns
 * it closes it exactly once; afterwards the segment must not be touched, for the memory may be
 * another tensor's.
 */
public interface Tensor extends AutoCloseable {
  /** Returns the type of the elements. */
  DataType dtype();

  /** Returns the dimensions, all known. */
  Shape shape();

  /**
   * Returns the memory, 64-byte aligned, or aligned to its elements if it is a part of a batch's
   * output; its size is exactly what the elements need.
   */
  MemorySegment data();

  /** Gives the memory back. Never throws, never blocks. */
  @Override
  void close();
}
