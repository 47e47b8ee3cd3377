package dev.sluice.api.oip;

import dev.sluice.servable.ServingException;
import dev.sluice.tensor.BoolTensors;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * The protocol's raw form of a tensor: its memory, little-endian and row by row; of BYTES each
 * element with its length, four bytes, before it.
 */
public final class RawValues {
  private RawValues() {}

  /**
   * Decodes the values of an input into its memory.
   *
   * @throws ServingException INVALID_ARGUMENT if they are not the values of such a tensor
   */
  public static void decode(
      InferInputs inputs, int index, Datatype datatype, Shape shape, RawBytes raw)
      throws ServingException {
    long elements = inputs.elements(index, shape);
    if (datatype == Datatype.BYTES) {
      decodeStrings(inputs, index, shape, elements, raw);
      return;
    }
    int size = datatype.type().byteSize();
    if (raw.length() % size != 0 || raw.length() / size != elements) {
      throw inputs.invalid(
          index,
          "%d elements of %d bytes for shape %s".formatted(elements, size, shape),
          raw.length() + " bytes");
    }
    MemorySegment data = inputs.allocate(index, datatype, shape, raw.length()).data();
    raw.copyTo(data, 0, raw.length());
    if (datatype == Datatype.BOOL) {
      BoolTensors.normalize(data);
    }
  }

  private static void decodeStrings(
      InferInputs inputs, int index, Shape shape, long elements, RawBytes raw)
      throws ServingException {
    if (elements > raw.length() / Integer.BYTES) {
      throw tooShort(inputs, index, shape, elements, raw);
    }
    long content = raw.length() - elements * Integer.BYTES;
    long bytes = StringTensors.byteSize(elements, content);
    MemorySegment data = inputs.allocate(index, Datatype.BYTES, shape, bytes).data();
    long start = StringTensors.contentStart(elements);
    long written = 0;
    for (long i = 0; i < elements; i++) {
      StringTensors.setOffset(data, i, written);
      long length = Integer.toUnsignedLong(raw.readInt());
      if (length > content - written) {
        throw tooShort(inputs, index, shape, elements, raw);
      }
      raw.copyTo(data, start + written, length);
      written += length;
    }
    StringTensors.setOffset(data, elements, written);
    if (written < content) {
      throw inputs.invalid(
          index,
          "%d elements for shape %s".formatted(elements, shape),
          (content - written) + " bytes behind them");
    }
  }

  private static ServingException tooShort(
      InferInputs inputs, int index, Shape shape, long elements, RawBytes raw) {
    return inputs.invalid(
        index,
        "%d elements for shape %s, each with its length before it".formatted(elements, shape),
        raw.length() + " bytes, which end before that");
  }

  /** Returns how many bytes the raw form of a tensor has. */
  public static long size(Tensor tensor) {
    if (tensor.dtype() != DataType.STRING) {
      return tensor.data().byteSize();
    }
    long elements = tensor.shape().elements();
    long content =
        StringTensors.offset(tensor.data(), elements) - StringTensors.offset(tensor.data(), 0);
    return elements * Integer.BYTES + content;
  }
}
