package dev.sluice.engine.onnx;

import dev.sluice.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The native memory that one run needs for its arguments, and its options; used by one thread at a
 * time and then by another, so that a run allocates none of it.
 */
final class Scratch {
  /** Far more than any operation takes. */
  static final int MAX_RANK = 64;

  private static final int RESULTS = 3;

  private final MemorySegment dims;
  private final MemorySegment inputs;
  private final MemorySegment outputs;
  private final MemorySegment outputNames;
  private final MemorySegment results;
  private final RunOptions options;
  private int inputCount;

  /** Creates scratch memory for so many inputs and outputs, and takes the options over. */
  Scratch(int inputs, int outputs, RunOptions options) {
    this.options = options;
    // Collected with this object: it outlives every call, since the pool takes it back after.
    Arena arena = Arena.ofAuto();
    this.dims = arena.allocate(ValueLayout.JAVA_LONG, MAX_RANK);
    this.inputs = arena.allocate(ValueLayout.JAVA_LONG, Math.max(1, inputs));
    this.outputs = arena.allocate(ValueLayout.JAVA_LONG, Math.max(1, outputs));
    this.outputNames = arena.allocate(ValueLayout.JAVA_LONG, Math.max(1, outputs));
    this.results = arena.allocate(ValueLayout.JAVA_LONG, RESULTS);
  }

  /** Writes the dimensions of a shape, of {@link #MAX_RANK} at the most. */
  void setDims(Shape shape) {
    int rank = shape.rank();
    for (int axis = 0; axis < rank; axis++) {
      dims.setAtIndex(ValueLayout.JAVA_LONG, axis, shape.dim(axis));
    }
  }

  long dims() {
    return dims.address();
  }

  /** Adds the value of the next input; it lives until {@link #releaseInputs}. */
  void addInput(long value) {
    inputs.setAtIndex(ValueLayout.JAVA_LONG, inputCount++, value);
  }

  long inputs() {
    return inputs.address();
  }

  /** Releases the values of the inputs, and not the memory that they were put over. */
  void releaseInputs(OrtValues values) {
    while (inputCount > 0) {
      values.release(inputs.getAtIndex(ValueLayout.JAVA_LONG, --inputCount));
    }
  }

  /** Makes room for outputs: what is not NULL a run takes for a tensor to write to. */
  void clearOutputs(int count) {
    for (int i = 0; i < count; i++) {
      outputs.setAtIndex(ValueLayout.JAVA_LONG, i, 0);
    }
  }

  long outputs() {
    return outputs.address();
  }

  /** Returns the value that a run left for an output. */
  long output(int index) {
    return outputs.getAtIndex(ValueLayout.JAVA_LONG, index);
  }

  /** Sets the name of an output, a C string. */
  void setOutputName(int index, long name) {
    outputNames.setAtIndex(ValueLayout.JAVA_LONG, index, name);
  }

  long outputNames() {
    return outputNames.address();
  }

  /** Returns where a call may put its result number {@code index}. */
  long out(int index) {
    return results.address() + (long) index * Long.BYTES;
  }

  RunOptions options() {
    return options;
  }

  void clearResult(int index) {
    results.setAtIndex(ValueLayout.JAVA_LONG, index, 0);
  }

  /** Returns what a call has put there. */
  long result(int index) {
    return results.getAtIndex(ValueLayout.JAVA_LONG, index);
  }
}
