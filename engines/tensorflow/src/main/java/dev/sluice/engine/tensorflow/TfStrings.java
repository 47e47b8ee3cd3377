package dev.sluice.engine.tensorflow;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.foreign.MemorySegment;

/** Converts string tensors between the core's form and TensorFlow's array of TF_TString. */
final class TfStrings {
  private final TfLibrary library;
  private final TensorAllocator results = new NativeTensors();

  TfStrings(TfLibrary library) {
    this.library = library;
  }

  /**
   * Returns a TF_Tensor with copies of a tensor's strings; deleting it frees them.
   *
   * @throws OutOfMemoryError if the memory is not to be had
   */
  long toNative(Scratch scratch, Tensor tensor) {
    Shape shape = tensor.shape();
    long count = shape.elements();
    long handle = library.newStringTensor(scratch.dims(shape), shape.rank(), count);
    if (handle == 0) {
      throw TfAllocator.outOfMemory(DataType.STRING, shape, count * TfLibrary.TSTRING_BYTES);
    }
    MemorySegment source = tensor.data();
    long content = source.address() + StringTensors.contentStart(count);
    long strings = library.tensorData(handle);
    for (long i = 0; i < count; i++) {
      long string = strings + i * TfLibrary.TSTRING_BYTES;
      long start = StringTensors.offset(source, i);
      library.initString(string);
      library.copyString(string, content + start, StringTensors.offset(source, i + 1) - start);
    }
    return handle;
  }

  /**
   * Returns a tensor of the core's form with copies of a TF_Tensor's strings.
   *
   * @throws OutOfMemoryError if the memory is not to be had
   */
  Tensor fromNative(long handle, Shape shape) {
    long count = shape.elements();
    long strings = library.tensorData(handle);
    long bytes = 0;
    for (long i = 0; i < count; i++) {
      bytes += library.stringSize(strings + i * TfLibrary.TSTRING_BYTES);
    }
    Tensor tensor = results.allocate(DataType.STRING, shape, StringTensors.byteSize(count, bytes));
    MemorySegment data = tensor.data();
    long contentStart = StringTensors.contentStart(count);
    long position = 0;
    for (long i = 0; i < count; i++) {
      long string = strings + i * TfLibrary.TSTRING_BYTES;
      long size = library.stringSize(string);
      StringTensors.setOffset(data, i, position);
      copy(library.stringData(string), size, data, contentStart + position);
      position += size;
    }
    StringTensors.setOffset(data, count, position);
    return tensor;
  }

  @SuppressWarnings("restricted") // the bytes of one string
  private static void copy(long address, long size, MemorySegment target, long offset) {
    MemorySegment.copy(MemorySegment.ofAddress(address).reinterpret(size), 0, target, offset, size);
  }
}
