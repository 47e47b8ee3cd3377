package dev.sluice.api.tfs.json;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;

/** Hands out the memory that request values are written to. */
@FunctionalInterface
public interface InputSink {
  /**
   * Returns memory for an input of the signature. The sink keeps the tensor and closes it, also if
   * the conversion fails afterwards.
   *
   * @param input the index of the input
   * @param byteSize the size of the memory, as {@link dev.sluice.tensor.TensorAllocator} wants it
   */
  Tensor allocate(int input, DataType dtype, Shape shape, long byteSize);
}
