package dev.sluice.tensor;

/** Hands out memory for tensors. Thread-safe. */
public interface TensorAllocator {
  /**
   * Returns a tensor whose contents are undefined; the caller owns it.
   *
   * @param byteSize the size of the memory in bytes: elements x element size, or for strings what
   *     {@link StringTensors} asks for
   * @throws OutOfMemoryError if the memory is not to be had; the message names the size
   */
  Tensor allocate(DataType dtype, Shape shape, long byteSize);
}
