package dev.sluice.batching.merge;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;

/** Makes one tensor of a column. */
final class ColumnMerger {
  private ColumnMerger() {}

  /**
   * Returns a new tensor, the caller's: the rows of the column, and then, if it has fewer than the
   * shape, copies of the first row of its last tensor. Where dimensions are smaller than the
   * shape's, each tensor's rows are filled up with the first of their elements.
   *
   * @throws OutOfMemoryError if the memory is not to be had
   * @throws ArithmeticException if the size has no number
   */
  static Tensor merge(Column column, Shape shape, TensorAllocator allocator) {
    DataType dtype = column.tensor(0).dtype();
    StringMerger strings = dtype == DataType.STRING ? new StringMerger(column, shape) : null;
    long bytes =
        strings == null
            ? Math.multiplyExact(shape.elements(), (long) dtype.byteSize())
            : strings.byteSize();
    Tensor merged = allocator.allocate(dtype, shape, bytes);
    boolean filled = false;
    try {
      if (strings == null) {
        NumberMerger.fill(column, merged);
      } else {
        strings.fill(merged);
      }
      filled = true;
      return merged;
    } finally {
      if (!filled) {
        merged.close();
      }
    }
  }

  /** Returns true if a tensor's rows are as large as those of a merged one. */
  static boolean fits(Shape shape, Shape merged) {
    for (int axis = 1; axis < merged.rank(); axis++) {
      if (shape.dim(axis) != merged.dim(axis)) {
        return false;
      }
    }
    return true;
  }
}
