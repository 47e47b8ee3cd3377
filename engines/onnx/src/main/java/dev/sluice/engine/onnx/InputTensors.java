package dev.sluice.engine.onnx;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;

/**
 * Hands out tensors in memory of the C library and counts them. A run reads that memory as it is,
 * as it does with any tensor's; only strings are converted.
 */
final class InputTensors implements TensorAllocator {
  private final TensorAllocator memory = new NativeTensors();
  private final LongAdder live;

  /** Creates an allocator that keeps count in {@code live}. */
  InputTensors(LongAdder live) {
    this.live = live;
  }

  @Override
  public Tensor allocate(DataType dtype, Shape shape, long byteSize) {
    if (dtype.isFixedSize()
        && Math.multiplyExact(shape.elements(), (long) dtype.byteSize()) != byteSize) {
      throw new IllegalArgumentException(
          "size of a " + dtype.label() + " tensor of shape " + shape + ": " + byteSize);
    }
    Tensor tensor = memory.allocate(dtype, shape, byteSize);
    live.increment();
    return new Counted(tensor, tensor.data(), live);
  }

  private static final class Counted implements Tensor {
    private final Tensor tensor;
    private final MemorySegment data;
    private final LongAdder live;
    private boolean closed;

    Counted(Tensor tensor, MemorySegment data, LongAdder live) {
      this.tensor = tensor;
      this.data = data;
      this.live = live;
    }

    @Override
    public DataType dtype() {
      return tensor.dtype();
    }

    @Override
    public Shape shape() {
      return tensor.shape();
    }

    @Override
    public MemorySegment data() {
      return data;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        tensor.close();
        live.decrement();
      }
    }

    @Override
    public String toString() {
      return dtype().label() + shape();
    }
  }
}
