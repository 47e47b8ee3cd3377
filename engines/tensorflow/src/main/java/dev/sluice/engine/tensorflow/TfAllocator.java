package dev.sluice.engine.tensorflow;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;

/**
 * Hands out tensors whose memory a session reads as it is. Types without a fixed size get memory in
 * the core's form, which a run converts.
 */
final class TfAllocator implements TensorAllocator {
  private final TfLibrary library;
  private final ScratchPool scratches;
  private final TensorAllocator strings = new NativeTensors();

  TfAllocator(TfLibrary library, ScratchPool scratches) {
    this.library = library;
    this.scratches = scratches;
  }

  @Override
  public Tensor allocate(DataType dtype, Shape shape, long byteSize) {
    if (!dtype.isFixedSize()) {
      return strings.allocate(dtype, shape, byteSize);
    }
    if (shape.rank() > TfLibrary.MAX_RANK
        || Math.multiplyExact(shape.elements(), dtype.byteSize()) != byteSize) {
      throw new IllegalArgumentException(
          "size of a " + dtype.label() + " tensor of shape " + shape + ": " + byteSize);
    }
    long handle = allocate(dtype, shape, byteSize, scratches);
    return new TfTensor(library, handle, dtype, shape, byteSize);
  }

  private long allocate(DataType dtype, Shape shape, long byteSize, ScratchPool pool) {
    Scratch scratch = pool.acquire();
    try {
      return allocate(library, scratch, dtype, shape, byteSize);
    } finally {
      pool.release(scratch);
    }
  }

  /**
   * Returns a new TF_Tensor.
   *
   * @throws OutOfMemoryError if the memory is not to be had
   */
  static long allocate(
      TfLibrary library, Scratch scratch, DataType dtype, Shape shape, long byteSize) {
    long handle =
        library.allocateTensor(dtype.number(), scratch.dims(shape), shape.rank(), byteSize);
    if (handle != 0 && (byteSize == 0 || library.tensorData(handle) != 0)) {
      return handle;
    }
    if (handle != 0) {
      library.deleteTensor(handle);
    }
    throw new OutOfMemoryError(
        "a " + dtype.label() + " tensor of shape " + shape + " needs " + byteSize + " bytes");
  }
}
