package dev.sluice.engine.trees;

import dev.sluice.tensor.DataType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The rows of a request, in the memory of its tensor.
 *
 * @param data the values, row by row
 * @param isDouble true if they are doubles, false if floats
 * @param columns how many a row has
 */
record FeatureMatrix(MemorySegment data, boolean isDouble, int columns) {
  static FeatureMatrix of(MemorySegment data, DataType dtype, int columns) {
    return new FeatureMatrix(data, dtype == DataType.DOUBLE, columns);
  }

  double at(long row, int column) {
    long index = row * columns + column;
    return isDouble
        ? data.getAtIndex(ValueLayout.JAVA_DOUBLE, index)
        : data.getAtIndex(ValueLayout.JAVA_FLOAT, index);
  }
}
