package dev.sluice.batching.merge;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.foreign.MemorySegment;

/**
 * Gives each task of a batch its rows of the outputs: a part of the batch's own tensor, or for
 * strings, whose form cannot be cut, a copy.
 */
final class OutputSplitter {
  private final TaskGroup group;
  private final TensorAllocator allocator;
  private final Tensor[] outputs;
  private final Tensor[][] parts;

  /** How many outputs are no longer to be closed here, since their parts are. */
  private int taken;

  private OutputSplitter(TaskGroup group, TensorAllocator allocator, Tensor[] outputs) {
    this.group = group;
    this.allocator = allocator;
    this.outputs = outputs;
    this.parts = new Tensor[group.size()][outputs.length];
  }

  /**
   * Returns the outputs of each task, which are the caller's. The batch's are taken over: closed
   * with their last parts, or here if this throws.
   *
   * @param rows of the batch, with padding
   * @throws ServingException FAILED_PRECONDITION if an output has not the batch's rows (config.md
   *     §8.5)
   * @throws OutOfMemoryError if memory for strings is not to be had
   */
  static Tensor[][] split(TaskGroup group, TensorAllocator allocator, Tensor[] outputs, long rows)
      throws ServingException {
    boolean whole = false;
    OutputSplitter splitter = null;
    try {
      check(outputs, rows);
      splitter = new OutputSplitter(group, allocator, outputs);
      for (int i = 0; i < outputs.length; i++) {
        splitter.split(i);
      }
      whole = true;
      return splitter.parts;
    } finally {
      if (!whole) {
        close(outputs, splitter == null ? 0 : splitter.taken);
        if (splitter != null) {
          splitter.closeParts();
        }
      }
    }
  }

  private static void check(Tensor[] outputs, long rows) throws ServingException {
    for (Tensor output : outputs) {
      if (output.shape().rank() == 0) {
        throw new ServingException(
            Code.FAILED_PRECONDITION, "Batched output tensor has 0 dimensions");
      }
      if (output.shape().dim(0) != rows) {
        throw new ServingException(
            Code.FAILED_PRECONDITION,
            "Batched output tensor's 0th dimension does not equal the sum of the 0th dimension"
                + " sizes of the input tensors");
      }
    }
  }

  private void split(int output) {
    if (outputs[output].dtype() == DataType.STRING) {
      copyParts(output);
    } else {
      shareParts(output);
    }
  }

  private void shareParts(int output) {
    Tensor tensor = outputs[output];
    int tasks = group.size();
    SharedTensor shared = new SharedTensor(tensor, tasks);
    taken = output + 1;
    long rowBytes = tensor.data().byteSize() / tensor.shape().dim(0);
    long offset = 0;
    Shape shape = tensor.shape();
    int made = 0;
    try {
      while (made < tasks) {
        long rows = group.task(made).rows();
        shape = withRows(shape, rows);
        parts[made][group.place(made, output)] = shared.part(shape, offset, rows * rowBytes);
        made++;
        offset += rows * rowBytes;
      }
    } finally {
      if (made < tasks) {
        shared.release(tasks - made);
      }
    }
  }

  private void copyParts(int output) {
    Tensor tensor = outputs[output];
    MemorySegment source = tensor.data();
    long elements = tensor.shape().elements();
    long rowElements = elements / tensor.shape().dim(0);
    long from = 0;
    Shape shape = tensor.shape();
    for (int t = 0; t < group.size(); t++) {
      long rows = group.task(t).rows();
      long count = rows * rowElements;
      long bytes = StringTensors.byteSize(count, StringAppender.contentBytes(source, from, count));
      shape = withRows(shape, rows);
      Tensor part = allocator.allocate(DataType.STRING, shape, bytes);
      parts[t][group.place(t, output)] = part;
      new StringAppender(part.data(), count).append(source, elements, from, count);
      from += count;
    }
    taken = output + 1;
    tensor.close();
  }

  /** Mostly all tasks have as many rows, and share a shape. */
  private static Shape withRows(Shape shape, long rows) {
    if (shape.dim(0) == rows) {
      return shape;
    }
    long[] dims = shape.dims();
    dims[0] = rows;
    return Shape.owning(dims);
  }

  private void closeParts() {
    for (Tensor[] ofTask : parts) {
      for (Tensor part : ofTask) {
        if (part != null) { // not made yet
          part.close();
        }
      }
    }
  }

  private static void close(Tensor[] tensors, int from) {
    for (int i = from; i < tensors.length; i++) {
      tensors[i].close();
    }
  }
}
