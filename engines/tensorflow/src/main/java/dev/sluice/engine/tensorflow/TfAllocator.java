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
    Scratch scratch = scratches.acquire();
    try {
      return allocate(library, scratch, dtype, shape, byteSize);
    } finally {
      scratches.release(scratch);
    }
  }

  /**
   * Returns a tensor of a fixed-size type; the size has been checked.
   *
   * @throws OutOfMemoryError if the memory is not to be had
   */
  static TfTensor allocate(
      TfLibrary library, Scratch scratch, DataType dtype, Shape shape, long byteSize) {
    long memory = library.allocateMemory(byteSize);
    if (memory == 0) {
      throw outOfMemory(dtype, shape, byteSize);
    }
    long handle =
        library.newTensor(dtype.number(), scratch.dims(shape), shape.rank(), memory, byteSize);
    if (handle == 0) {
      // The library has freed the memory. It refuses what does not fit the shape: not from here.
      throw new IllegalStateException("TF_NewTensor refuses " + dtype.label() + shape);
    }
    return new TfTensor(library, handle, dtype, shape, memory, byteSize);
  }

  /** Returns what is thrown where memory is short. */
  static OutOfMemoryError outOfMemory(DataType dtype, Shape shape, long byteSize) {
    return new OutOfMemoryError(
        "a " + dtype.label() + " tensor of shape " + shape + " needs " + byteSize + " bytes");
  }
}
