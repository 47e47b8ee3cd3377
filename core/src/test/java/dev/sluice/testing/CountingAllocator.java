package dev.sluice.testing;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Knows how many of its tensors are open, and refuses to close one twice. Memory that is given back
 * is overwritten, so that who reads it too late reads nonsense. Can be told to run short.
 */
public final class CountingAllocator implements TensorAllocator {
  private final NativeTensors memory = new NativeTensors();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);

  /** Lets so many allocations succeed, and the next one fail; after that it is well again. */
  public void failAfter(int allocations) {
    left.set(allocations);
  }

  @Override
  public Tensor allocate(DataType dtype, Shape shape, long byteSize) {
    if (left.getAndDecrement() == 0) {
      throw new OutOfMemoryError("as the test wants it");
    }
    open.incrementAndGet();
    return new Counted(memory.allocate(dtype, shape, byteSize));
  }

  /** Returns how many tensors have not been closed. */
  public int open() {
    return open.get();
  }

  private final class Counted implements Tensor {
    private final Tensor tensor;
    private final AtomicBoolean closed = new AtomicBoolean();

    Counted(Tensor tensor) {
      this.tensor = tensor;
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
      if (closed.get()) {
        throw new IllegalStateException("used after close");
      }
      return tensor.data();
    }

    @Override
    public void close() {
      if (closed.getAndSet(true)) {
        throw new IllegalStateException("closed twice");
      }
      open.decrementAndGet();
      tensor.data().fill((byte) 0xA5);
      tensor.close();
    }
  }
}
