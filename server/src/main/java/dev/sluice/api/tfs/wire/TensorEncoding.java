package dev.sluice.api.tfs.wire;

import dev.sluice.api.wire.ProtoWriter;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A tensor as a TensorProto: its size first, since a message's length precedes it, then its bytes.
 *
 * <p>By default every element is written in the typed list of its dtype; clients read {@code
 * float_val[0]} directly (grpc.md §5.2).
 */
public final class TensorEncoding {
  private static final int DTYPE = 1 << 3;
  private static final int SHAPE = 2 << 3 | 2;
  private static final int CONTENT = 4 << 3 | 2;
  private static final int SHAPE_DIM = 2 << 3 | 2;
  private static final int DIM_SIZE = 1 << 3;

  private final Tensor tensor;
  private final long elements;
  private final @Nullable ValueList list;
  private final int shapeSize;
  private final long valuesSize;
  private final long size;

  /**
   * Sizes a tensor, which must stay as it is until it has been written.
   *
   * @param asContent write tensor_content instead of the typed list
   */
  TensorEncoding(Tensor tensor, boolean asContent) {
    this.tensor = tensor;
    this.elements = tensor.shape().elements();
    this.list = asContent ? null : ValueList.of(tensor.dtype());
    this.shapeSize = shapeSize(tensor.shape());
    this.valuesSize = valuesSize();
    this.size =
        ProtoWriter.varintSize(DTYPE)
            + ProtoWriter.varintSize(tensor.dtype().number())
            + ProtoWriter.varintSize(SHAPE)
            + ProtoWriter.varintSize(shapeSize)
            + shapeSize
            + fieldSize();
  }

  /** Returns a tensor as a serialized TensorProto with typed lists; for small ones. */
  public static byte[] bytes(Tensor tensor) {
    TensorEncoding encoding = new TensorEncoding(tensor, false);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(Math.toIntExact(encoding.size()));
    ProtoWriter out = new ProtoWriter(bytes, encoding.size());
    try {
      encoding.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  /** Returns the size of the TensorProto in bytes. */
  long size() {
    return size;
  }

  private static int shapeSize(Shape shape) {
    int size = 0;
    for (int axis = 0; axis < shape.rank(); axis++) {
      size += 2 + dimSize(shape.dim(axis));
    }
    return size;
  }

  private static int dimSize(long dim) {
    return dim == 0 ? 0 : 1 + ProtoWriter.varintSize(dim);
  }

  /** Returns the size of the values: of the packed list, the content, or all string fields. */
  private long valuesSize() {
    if (tensor.dtype() == DataType.STRING) {
      return stringsSize();
    }
    ValueList typed = list;
    if (typed == null || !typed.isVarint()) {
      return elements * tensor.dtype().byteSize();
    }
    if (typed == ValueList.BOOL_VAL) {
      return elements;
    }
    long bytes = 0;
    for (long i = 0; i < elements; i++) {
      bytes += ProtoWriter.varintSize(varintAt(i));
    }
    return bytes;
  }

  private long stringsSize() {
    MemorySegment data = tensor.data();
    int tagSize = list == null ? 0 : 1;
    long bytes = elements * tagSize;
    for (long i = 0; i < elements; i++) {
      long length = StringTensors.offset(data, i + 1) - StringTensors.offset(data, i);
      bytes += ProtoWriter.varintSize(length) + length;
    }
    return bytes;
  }

  /** Returns the size of the values with what stands around them. */
  private long fieldSize() {
    if (list == ValueList.STRING_VAL || valuesSize == 0) {
      return valuesSize;
    }
    return ProtoWriter.varintSize(blockTag()) + ProtoWriter.varintSize(valuesSize) + valuesSize;
  }

  private int blockTag() {
    return list == null ? CONTENT : list.blockTag();
  }

  /** Returns an element of an integer type as the varint that stands for it. */
  private long varintAt(long index) {
    MemorySegment data = tensor.data();
    return switch (tensor.dtype()) {
      case INT32, QINT32 -> data.get(ValueLayout.JAVA_INT_UNALIGNED, index * Integer.BYTES);
      case INT64, UINT64 -> data.get(ValueLayout.JAVA_LONG_UNALIGNED, index * Long.BYTES);
      case UINT32 ->
          Integer.toUnsignedLong(data.get(ValueLayout.JAVA_INT_UNALIGNED, index * Integer.BYTES));
      case INT16, QINT16 -> data.get(ValueLayout.JAVA_SHORT_UNALIGNED, index * Short.BYTES);
      case UINT16, QUINT16, HALF, BFLOAT16 ->
          Short.toUnsignedInt(data.get(ValueLayout.JAVA_SHORT_UNALIGNED, index * Short.BYTES));
      case BOOL -> data.get(ValueLayout.JAVA_BYTE, index) == 0 ? 0 : 1;
      case UINT8, QUINT8, UINT4, UINT2 ->
          Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, index));
      case INT8, QINT8, INT4, INT2 -> data.get(ValueLayout.JAVA_BYTE, index);
      case FLOAT, DOUBLE, COMPLEX64, COMPLEX128, STRING, RESOURCE, VARIANT, FLOAT4_E2M1FN ->
          throw new IllegalStateException(tensor.dtype() + " is no integer type");
      case FLOAT8_E5M2, FLOAT8_E4M3FN, FLOAT8_E4M3FNUZ, FLOAT8_E4M3B11FNUZ, FLOAT8_E5M2FNUZ ->
          throw new IllegalStateException(tensor.dtype() + " is no integer type");
    };
  }

  /** Writes the TensorProto: exactly {@link #size} bytes. */
  void write(ProtoWriter out) throws IOException {
    out.varint(DTYPE);
    out.varint(tensor.dtype().number());
    writeShape(out);
    if (list == ValueList.STRING_VAL) {
      writeStrings(out);
      return;
    }
    if (valuesSize == 0) {
      return;
    }
    out.varint(blockTag());
    out.varint(valuesSize);
    if (tensor.dtype() == DataType.STRING) {
      writeStringContent(out);
    } else if (list != null && list.isVarint()) {
      for (long i = 0; i < elements; i++) {
        out.varint(varintAt(i));
      }
    } else {
      out.raw(tensor.data(), 0, valuesSize);
    }
  }

  private void writeShape(ProtoWriter out) throws IOException {
    Shape shape = tensor.shape();
    out.varint(SHAPE);
    out.varint(shapeSize);
    for (int axis = 0; axis < shape.rank(); axis++) {
      long dim = shape.dim(axis);
      out.varint(SHAPE_DIM);
      out.varint(dimSize(dim));
      if (dim != 0) {
        out.varint(DIM_SIZE);
        out.varint(dim);
      }
    }
  }

  private void writeStrings(ProtoWriter out) throws IOException {
    MemorySegment data = tensor.data();
    long content = StringTensors.contentStart(elements);
    for (long i = 0; i < elements; i++) {
      long start = StringTensors.offset(data, i);
      long length = StringTensors.offset(data, i + 1) - start;
      out.varint(ValueList.STRING_VAL.blockTag());
      out.varint(length);
      out.raw(data, content + start, length);
    }
  }

  private void writeStringContent(ProtoWriter out) throws IOException {
    MemorySegment data = tensor.data();
    for (long i = 0; i < elements; i++) {
      out.varint(StringTensors.offset(data, i + 1) - StringTensors.offset(data, i));
    }
    long start = StringTensors.offset(data, 0);
    out.raw(
        data,
        StringTensors.contentStart(elements) + start,
        StringTensors.offset(data, elements) - start);
  }
}
