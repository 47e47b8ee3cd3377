package dev.sluice.engine.onnx;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.foreign.MemorySegment;

/**
 * Converts string tensors between the core's form and the library's. Strings are bytes: none ends
 * at a zero, as it would in the library's simpler functions.
 */
final class OrtStrings {
  private final OrtValues values;
  private final TensorAllocator results;

  /** Creates a converter whose results are in memory of the allocator. */
  OrtStrings(OrtValues values, TensorAllocator results) {
    this.values = values;
    this.results = results;
  }

  /** Returns a value with copies of a tensor's strings. */
  long toNative(Scratch scratch, Tensor tensor) throws OrtException {
    Shape shape = tensor.shape();
    scratch.setDims(shape);
    long value = values.newStrings(scratch, shape.rank());
    boolean filled = false;
    try {
      fill(scratch, value, tensor.data(), shape.elements());
      filled = true;
      return value;
    } finally {
      if (!filled) {
        values.release(value);
      }
    }
  }

  private void fill(Scratch scratch, long value, MemorySegment source, long count)
      throws OrtException {
    long content = StringTensors.contentStart(count);
    for (long i = 0; i < count; i++) {
      long start = StringTensors.offset(source, i);
      long length = StringTensors.offset(source, i + 1) - start;
      if (length > 0) {
        long target = values.stringBuffer(scratch, value, i, length);
        MemorySegment.copy(source, content + start, OrtApi.MEMORY, target, length);
      }
    }
  }

  /**
   * Returns a tensor of the core's form with copies of a value's strings.
   *
   * @throws OutOfMemoryError if the memory is not to be had
   */
  Tensor fromNative(Scratch scratch, long value, Shape shape) throws OrtException {
    long count = shape.elements();
    long length = count == 0 ? 0 : values.stringsLength(scratch, value);
    Tensor tensor = results.allocate(DataType.STRING, shape, StringTensors.byteSize(count, length));
    MemorySegment data = tensor.data();
    boolean copied = false;
    try {
      if (count > 0) {
        // The library's offsets are those of the core's form but for the last, the end.
        long content = data.address() + StringTensors.contentStart(count);
        values.copyStrings(value, content, length, data.address(), count);
      }
      StringTensors.setOffset(data, count, length);
      copied = true;
      return tensor;
    } finally {
      if (!copied) {
        tensor.close();
      }
    }
  }
}
