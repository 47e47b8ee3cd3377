package dev.sluice.engine.tensorflow;

import dev.sluice.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The native memory that one call needs for its arguments, and its TF_Status; used by one thread at
 * a time and then by another, so that a run allocates none of it.
 */
final class Scratch {
  /** {@code struct TF_Output {TF_Operation* oper; int index;}}, padded. */
  static final long TF_OUTPUT_BYTES = 16;

  private final long status;
  private final MemorySegment dims;
  private final MemorySegment feedValues;
  private final MemorySegment fetches;
  private final MemorySegment fetchValues;
  private final long[] temporaries;
  private int temporaryCount;

  /**
   * Creates scratch memory.
   *
   * @param feeds the largest number of inputs of a run
   * @param fetches the largest number of outputs of a run
   */
  Scratch(TfLibrary library, int feeds, int fetches) {
    // Collected with this object: it outlives every call, since the pool takes it back after.
    Arena arena = Arena.ofAuto();
    this.status = library.newStatus();
    this.dims = arena.allocate(ValueLayout.JAVA_LONG, TfLibrary.MAX_RANK);
    this.feedValues = arena.allocate(ValueLayout.JAVA_LONG, Math.max(1, feeds));
    this.fetches = arena.allocate(TF_OUTPUT_BYTES * Math.max(1, fetches), Long.BYTES);
    this.fetchValues = arena.allocate(ValueLayout.JAVA_LONG, Math.max(1, fetches));
    this.temporaries = new long[feeds];
  }

  /** Returns the TF_Status. */
  long status() {
    return status;
  }

  /** Writes the dimensions of a shape and returns where they are. */
  long dims(Shape shape) {
    int rank = shape.rank();
    for (int axis = 0; axis < rank; axis++) {
      dims.setAtIndex(ValueLayout.JAVA_LONG, axis, shape.dim(axis));
    }
    return dims.address();
  }

  /** Sets the TF_Tensor of a feed. */
  void setFeed(int index, long tensor) {
    feedValues.setAtIndex(ValueLayout.JAVA_LONG, index, tensor);
  }

  /** Sets a feed to a tensor that lives only until {@link #deleteTemporaries}. */
  void setTemporaryFeed(int index, long tensor) {
    temporaries[temporaryCount++] = tensor;
    setFeed(index, tensor);
  }

  /** Deletes the tensors that were made for one run. */
  void deleteTemporaries(TfLibrary library) {
    while (temporaryCount > 0) {
      library.deleteTensor(temporaries[--temporaryCount]);
    }
  }

  long feedValues() {
    return feedValues.address();
  }

  /** Sets which output of which operation a fetch is. */
  void setFetch(int index, long operation, int output) {
    putOutput(fetches, index, operation, output);
  }

  long fetches() {
    return fetches.address();
  }

  /** Returns the array that a run fills; it clears it itself. */
  long fetchValues() {
    return fetchValues.address();
  }

  /** Returns the TF_Tensor that a run left for a fetch. */
  long fetched(int index) {
    return fetchValues.getAtIndex(ValueLayout.JAVA_LONG, index);
  }

  /** Writes a TF_Output into an array of them. */
  static void putOutput(MemorySegment array, int index, long operation, int output) {
    array.set(ValueLayout.JAVA_LONG, index * TF_OUTPUT_BYTES, operation);
    array.set(ValueLayout.JAVA_INT, index * TF_OUTPUT_BYTES + Long.BYTES, output);
  }
}
