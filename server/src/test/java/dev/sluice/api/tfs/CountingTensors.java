package dev.sluice.api.tfs;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** An allocator that knows what has not been given back, and refuses what is given back twice. */
public final class CountingTensors implements TensorAllocator {
  private final TensorAllocator memory = new NativeTensors();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger allocations = new AtomicInteger();
  private final AtomicInteger doubleCloses = new AtomicInteger();
  private volatile Runnable onAllocate = () -> {};

  /** Runs something on the allocating thread before each allocation. */
  public void onAllocate(Runnable hook) {
    onAllocate = hook;
  }

  @Override
  public Tensor allocate(DataType dtype, Shape shape, long byteSize) {
    onAllocate.run();
    Tensor tensor = memory.allocate(dtype, shape, byteSize);
    // Whoever forgets to write is found out.
    tensor.data().fill((byte) 0xa5);
    allocations.incrementAndGet();
    open.incrementAndGet();
    return new Counted(tensor, new AtomicBoolean());
  }

  /** Returns how many tensors have not been closed; closing one twice counts for ever. */
  public int open() {
    return open.get() + doubleCloses.get();
  }

  /** Returns how many tensors there have been. */
  public int allocations() {
    return allocations.get();
  }

  private final class Counted implements Tensor {
    private final Tensor tensor;
    private final AtomicBoolean closed;

    Counted(Tensor tensor, AtomicBoolean closed) {
      this.tensor = tensor;
      this.closed = closed;
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
      return tensor.data();
    }

    @Override
    public void close() {
      if (closed.getAndSet(true)) {
        doubleCloses.incrementAndGet();
        return;
      }
      open.decrementAndGet();
      tensor.close();
    }
  }
}
