package dev.sluice.engine.trees;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Writes results into tensors. */
final class Values {
  private Values() {}

  /** Writes the first values of an array into a tensor of floats or doubles, from an index on. */
  static void put(Tensor tensor, long index, double[] values, int count) {
    MemorySegment data = tensor.data();
    if (tensor.dtype() == DataType.DOUBLE) {
      MemorySegment.copy(values, 0, data, ValueLayout.JAVA_DOUBLE, index * Double.BYTES, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      data.setAtIndex(ValueLayout.JAVA_FLOAT, index + i, (float) values[i]);
    }
  }
}
