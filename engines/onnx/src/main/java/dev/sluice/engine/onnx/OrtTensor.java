package dev.sluice.engine.onnx;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** A tensor of a fixed-size type that a run gave; its memory is the library's until closed. */
final class OrtTensor implements Tensor {
  private final OrtValues values;
  private final long value;
  private final DataType dtype;
  private final Shape shape;
  private final MemorySegment data;
  private boolean closed;

  /** Wraps a value that exists; this object owns it from now on. */
  OrtTensor(OrtValues values, long value, DataType dtype, Shape shape, MemorySegment data) {
    this.values = values;
    this.value = value;
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
      values.release(value);
    }
  }

  @Override
  public String toString() {
    return dtype.label() + shape;
  }
}
