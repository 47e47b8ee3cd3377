package dev.sluice.batching.merge;

import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;

/** Puts the rows of all tasks of a batch into one tensor for each input. */
final class InputMerger {
  private InputMerger() {}

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
    Tensor[] merged = new Tensor[shapes.length];
    int done = 0;
    try {
      for (; done < merged.length; done++) {
        merged[done] = ColumnMerger.merge(group.column(done), shapes[done], allocator);
      }
      return merged;
    } catch (ArithmeticException overflow) {
      throw new OutOfMemoryError("a padded batch of " + rows + " rows is too large");
    } finally {
      for (int i = 0; done < merged.length && i < done; i++) {
        merged[i].close();
      }
    }
  }
}
