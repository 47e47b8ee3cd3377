package dev.sluice.engine.tensorflow;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * A TF_Tensor of a fixed-size type; its memory is the library's.
 *
 * <p>Closing it gives up one reference: a result that shares the memory, as an identity's does,
 * keeps it.
 */
final class TfTensor implements Tensor {
  private final TfLibrary library;
  private final long handle;
  private final DataType dtype;
  private final Shape shape;
  private final MemorySegment data;
  private boolean closed;

  /** Wraps a tensor that exists; this object owns it from now on. */
  @SuppressWarnings("restricted") // the library says where the memory is and how large
  TfTensor(
      TfLibrary library, long handle, DataType dtype, Shape shape, long address, long byteSize) {
    this.library = library;
    this.handle = handle;
    this.dtype = dtype;
    this.shape = shape;
    this.data = MemorySegment.ofAddress(address).reinterpret(byteSize);
  }

  /** Returns the TF_Tensor. */
  long handle() {
    return handle;
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
      library.deleteTensor(handle);
    }
  }

  @Override
  public String toString() {
    return dtype.label() + shape;
  }
}
