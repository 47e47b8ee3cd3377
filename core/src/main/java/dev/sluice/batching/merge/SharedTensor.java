package dev.sluice.batching.merge;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A tensor in parts with an owner each; it is closed with the last of them.
 *
 * <p>Parts may be closed on any threads at once: the count says who is the last, and orders every
 * owner's reads before the close.
 */
final class SharedTensor {
  private final Tensor tensor;
  private final AtomicInteger open;

  /** Takes a tensor over that will have so many parts, at least one. */
  SharedTensor(Tensor tensor, int parts) {
    this.tensor = tensor;
    this.open = new AtomicInteger(parts);
  }

  /** Returns one of the parts. */
  Tensor part(Shape shape, long offset, long bytes) {
    return new Part(this, tensor.dtype(), shape, tensor.data().asSlice(offset, bytes));
  }

  /** Gives up parts: closed ones, or those that will not be made after all. */
  void release(int parts) {
    if (open.addAndGet(-parts) == 0) {
      tensor.close();
    }
  }

  private static final class Part implements Tensor {
    private final SharedTensor whole;
    private final DataType dtype;
    private final Shape shape;
    private final MemorySegment data;
    private boolean closed;

    Part(SharedTensor whole, DataType dtype, Shape shape, MemorySegment data) {
      this.whole = whole;
      this.dtype = dtype;
      this.shape = shape;
      this.data = data;
    }

    @Override
    public DataType dtype() {
      return dtype;
    }

    @Override
    public Shape shape() {
      return shape;
    }

    @Override
    public MemorySegment data() {
      return data;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        whole.release(1);
      }
    }

    @Override
    public String toString() {
      return dtype.label() + shape + " of a batch";
    }
  }
}
