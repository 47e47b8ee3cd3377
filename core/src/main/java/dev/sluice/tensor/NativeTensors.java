package dev.sluice.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Tensors in memory from the C library, for engines without an allocator of their own.
 *
 * <p>An {@link java.lang.foreign.Arena} that several threads may use costs a handshake with every
 * thread of the process when it closes; the C library's free costs nanoseconds.
 */
@SuppressWarnings("restricted") // calls the C library, and gives what it returns its length
public final class NativeTensors implements TensorAllocator {
  private static final long ALIGNMENT = 64;
  private static final MethodHandle ALIGNED_ALLOC;
  private static final MethodHandle FREE;

  static {
    Linker linker = Linker.nativeLinker();
    ALIGNED_ALLOC =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("aligned_alloc"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    FREE =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("free"),
            FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));
  }

  /** Creates an allocator; all of them share the process's heap. */
  public NativeTensors() {}

  @Override
  public Tensor allocate(DataType dtype, Shape shape, long byteSize) {
    if (byteSize < 0 || byteSize > Long.MAX_VALUE - ALIGNMENT) {
      throw new IllegalArgumentException("size of a tensor: " + byteSize);
    }
    long rounded = Math.max(ALIGNMENT, (byteSize + ALIGNMENT - 1) & -ALIGNMENT);
    long address = alignedAlloc(rounded);
    if (address == 0) {
      throw new OutOfMemoryError(
          "a " + dtype.label() + " tensor of shape " + shape + " needs " + byteSize + " bytes");
    }
    return new NativeTensor(dtype, shape, MemorySegment.ofAddress(address).reinterpret(byteSize));
  }

  private static long alignedAlloc(long bytes) {
    try {
      return (long) ALIGNED_ALLOC.invokeExact(ALIGNMENT, bytes);
    } catch (Throwable impossible) {
      throw new AssertionError("aligned_alloc throws nothing", impossible);
    }
  }

  private static void free(long address) {
    try {
      FREE.invokeExact(address);
    } catch (Throwable impossible) {
      throw new AssertionError("free throws nothing", impossible);
    }
  }

  private record NativeTensor(DataType dtype, Shape shape, MemorySegment data) implements Tensor {
    @Override
    public void close() {
      free(data.address());
    }
  }
}
