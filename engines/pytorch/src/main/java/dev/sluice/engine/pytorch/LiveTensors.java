package dev.sluice.engine.pytorch;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;

/**
 * Hands out tensors and counts those not closed yet, so that a leak can be seen: memory of the C
 * library for inputs and copies of outputs, and outputs that keep libtorch's memory. Thread-safe.
 */
final class LiveTensors implements TensorAllocator {
  private final TensorAllocator memory = new NativeTensors();
  private final LongAdder count = new LongAdder();

  @Override
  public Tensor allocate(DataType dtype, Shape shape, long byteSize) {
    Tensor tensor = memory.allocate(dtype, shape, byteSize);
    return counted(dtype, shape, tensor.data(), tensor::close);
  }

  /** Returns a tensor over memory that is given back by {@code release}, called once. */
  Tensor counted(DataType dtype, Shape shape, MemorySegment data, Runnable release) {
    count.increment();
    return new Counted(dtype, shape, data, release);
  }

  /** Returns how many tensors have not been closed. */
  long count() {
    return count.sum();
  }

  private final class Counted implements Tensor {
    private final DataType dtype;
    private final Shape shape;
    private final MemorySegment data;
    private final Runnable release;
    private boolean closed;

    Counted(DataType dtype, Shape shape, MemorySegment data, Runnable release) {
      this.dtype = dtype;
      this.shape = shape;
      this.data = data;
      this.release = release;
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
        count.decrement();
        release.run();
      }
    }

    @Override
    public String toString() {
      return dtype.label() + shape;
    }
  }
}
