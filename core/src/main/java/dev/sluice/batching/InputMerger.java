package dev.sluice.batching;

import dev.sluice.servable.ServingException;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;

/** Puts the rows of all tasks of a batch into one tensor for each input. */
final class InputMerger {
  private final TaskGroup group;
  private final TensorAllocator allocator;
  private final Tensor[] merged;
  private int made;

  private InputMerger(TaskGroup group, TensorAllocator allocator, int inputs) {
    this.group = group;
    this.allocator = allocator;
    this.merged = new Tensor[inputs];
  }

  /**
   * Returns a tensor for each input of the batch; they are the caller's.
   *
   * @param rows of the batch, with padding
   * @param pad true if smaller dimensions are padded to the largest
   * @throws ServingException if the inputs cannot be merged
   * @throws OutOfMemoryError if the memory is not to be had
   */
  static Tensor[] merge(TaskGroup group, TensorAllocator allocator, long rows, boolean pad)
      throws ServingException {
    Shape[] shapes = MergedShapes.of(group, rows, pad);
    InputMerger merger = new InputMerger(group, allocator, shapes.length);
    boolean whole = false;
    try {
      for (Shape shape : shapes) {
        merger.add(shape);
      }
      whole = true;
    } catch (ArithmeticException overflow) {
      throw new OutOfMemoryError("a padded batch of " + rows + " rows is too large");
    } finally {
      if (!whole) {
        merger.close();
      }
    }
    return merger.merged;
  }

  private void add(Shape shape) {
    int input = made;
    DataType dtype = group.input(0, input).dtype();
    if (dtype == DataType.STRING) {
      StringMerger strings = new StringMerger(group, input, shape);
      strings.fill(allocate(dtype, shape, strings.byteSize()));
    } else {
      long bytes = Math.multiplyExact(shape.elements(), (long) dtype.byteSize());
      NumberMerger.fill(group, input, allocate(dtype, shape, bytes));
    }
  }

  /** Counts a tensor before it is filled, so that it is closed if that fails. */
  private Tensor allocate(DataType dtype, Shape shape, long bytes) {
    Tensor tensor = allocator.allocate(dtype, shape, bytes);
    merged[made++] = tensor;
    return tensor;
  }

  private void close() {
    for (int i = 0; i < made; i++) {
      merged[i].close();
    }
  }
}
