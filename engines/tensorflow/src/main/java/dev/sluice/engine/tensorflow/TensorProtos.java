package dev.sluice.engine.tensorflow;

import com.google.protobuf.ByteString;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns the TensorProto of a signature's default into a tensor (grpc.md §5.1): {@code
 * tensor_content} wins over the typed list; a short list repeats its last element, an empty one
 * gives zeros, a long one is cut. For defaults only, read once: requests have a faster codec.
 */
final class TensorProtos {
  private TensorProtos() {}

  /**
   * Returns a tensor of the allocator.
   *
   * @throws ServingException INVALID_ARGUMENT if the message is not a tensor that can be fed
   */
  static Tensor toTensor(TensorProto proto, TensorAllocator allocator) throws ServingException {
    DataType dtype = DataType.ofNumber(proto.getDtypeValue());
    if (dtype == null || dtype == DataType.RESOURCE || dtype == DataType.VARIANT) {
      throw invalid("no values of type number " + proto.getDtypeValue());
    }
    Shape shape = shape(proto);
    long count = elements(shape);
    if (dtype == DataType.STRING) {
      return StringTensors.create(allocator, shape, strings(proto, count));
    }
    byte[] bytes = numbers(proto, dtype, count);
    Tensor tensor = allocator.allocate(dtype, shape, bytes.length);
    tensor.data().asByteBuffer().put(bytes);
    return tensor;
  }

  private static Shape shape(TensorProto proto) {
    long[] dims = new long[proto.getTensorShape().getDimCount()];
    for (int axis = 0; axis < dims.length; axis++) {
      dims[axis] = proto.getTensorShape().getDim(axis).getSize();
    }
    return Shape.owning(dims);
  }

  /** A default is part of a protobuf message of at most 2 GB, spread at most over such an array. */
  private static int elements(Shape shape) throws ServingException {
    if (shape.rank() > TfLibrary.MAX_RANK) {
      throw invalid("rank " + shape.rank());
    }
    try {
      return Math.toIntExact(shape.elements());
    } catch (ArithmeticException e) {
      throw invalid("shape " + shape);
    }
  }

  private static List<byte[]> strings(TensorProto proto, long count) throws ServingException {
    List<byte[]> given = new ArrayList<>();
    if (proto.getTensorContent().isEmpty()) {
      proto.getStringValList().forEach(value -> given.add(value.toByteArray()));
      byte[] fill = given.isEmpty() ? new byte[0] : given.getLast();
      while (given.size() < count) {
        given.add(fill);
      }
      return given.subList(0, (int) count);
    }
    try {
      readStringContent(proto.getTensorContent(), count, given);
    } catch (IOException e) {
      throw invalid("string content does not fit shape " + shape(proto));
    }
    return given;
  }

  /** Reads one varint length for each element and then the bytes of all. */
  private static void readStringContent(ByteString content, long count, List<byte[]> into)
      throws IOException {
    var in = content.newCodedInput();
    int[] lengths = new int[(int) Math.min(count, content.size())];
    if (lengths.length < count) {
      throw new IOException("fewer bytes than elements");
    }
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = in.readRawVarint32();
    }
    for (int length : lengths) {
      into.add(in.readRawBytes(length));
    }
    if (!in.isAtEnd()) {
      throw new IOException("more bytes than elements");
    }
  }

  private static byte[] numbers(TensorProto proto, DataType dtype, long count)
      throws ServingException {
    long size = count * dtype.byteSize();
    if (size > Integer.MAX_VALUE - 8) {
      throw invalid("shape " + shape(proto));
    }
    ByteString content = proto.getTensorContent();
    if (!content.isEmpty()) {
      if (content.size() != size) {
        throw invalid(
            "expected " + size + " bytes for shape " + shape(proto) + ", found " + content.size());
      }
      return content.toByteArray();
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
    int given = listed(proto, dtype);
    for (int i = 0; i < count && given > 0; i++) {
      putElement(bytes, proto, dtype, Math.min(i, given - 1));
    }
    return bytes.array();
  }

  /** Returns how many elements the list of a type holds. */
  private static int listed(TensorProto proto, DataType dtype) {
    return switch (dtype) {
      case FLOAT -> proto.getFloatValCount();
      case DOUBLE -> proto.getDoubleValCount();
      case HALF, BFLOAT16 -> proto.getHalfValCount();
      case COMPLEX64 -> proto.getScomplexValCount() / 2;
      case COMPLEX128 -> proto.getDcomplexValCount() / 2;
      case INT64 -> proto.getInt64ValCount();
      case BOOL -> proto.getBoolValCount();
      case UINT32 -> proto.getUint32ValCount();
      case UINT64 -> proto.getUint64ValCount();
      case FLOAT8_E5M2,
          FLOAT8_E4M3FN,
          FLOAT8_E4M3FNUZ,
          FLOAT8_E4M3B11FNUZ,
          FLOAT8_E5M2FNUZ,
          FLOAT4_E2M1FN ->
          proto.getFloat8Val().size();
      case INT32, INT16, UINT16, INT8, UINT8, QINT8, QUINT8, QINT16, QUINT16, QINT32 ->
          proto.getIntValCount();
      case INT4, UINT4, INT2, UINT2 -> proto.getIntValCount();
      case STRING, RESOURCE, VARIANT -> throw new IllegalArgumentException(dtype.label());
    };
  }

  private static void putElement(ByteBuffer bytes, TensorProto proto, DataType dtype, int i) {
    switch (dtype) {
      case FLOAT -> bytes.putFloat(proto.getFloatVal(i));
      case DOUBLE -> bytes.putDouble(proto.getDoubleVal(i));
      case HALF, BFLOAT16 -> bytes.putShort((short) proto.getHalfVal(i));
      case COMPLEX64 ->
          bytes.putFloat(proto.getScomplexVal(2 * i)).putFloat(proto.getScomplexVal(2 * i + 1));
      case COMPLEX128 ->
          bytes.putDouble(proto.getDcomplexVal(2 * i)).putDouble(proto.getDcomplexVal(2 * i + 1));
      case INT64 -> bytes.putLong(proto.getInt64Val(i));
      case BOOL -> bytes.put((byte) (proto.getBoolVal(i) ? 1 : 0));
      case UINT32 -> bytes.putInt(proto.getUint32Val(i));
      case UINT64 -> bytes.putLong(proto.getUint64Val(i));
      case FLOAT8_E5M2,
          FLOAT8_E4M3FN,
          FLOAT8_E4M3FNUZ,
          FLOAT8_E4M3B11FNUZ,
          FLOAT8_E5M2FNUZ,
          FLOAT4_E2M1FN ->
          bytes.put(proto.getFloat8Val().byteAt(i));
      case INT32, QINT32 -> bytes.putInt(proto.getIntVal(i));
      case INT16, UINT16, QINT16, QUINT16 -> bytes.putShort((short) proto.getIntVal(i));
      case INT8, UINT8, QINT8, QUINT8, INT4, UINT4, INT2, UINT2 ->
          bytes.put((byte) proto.getIntVal(i));
      case STRING, RESOURCE, VARIANT -> throw new IllegalArgumentException(dtype.label());
    }
  }

  private static ServingException invalid(String what) {
    return ServingException.invalidArgument("tensor parsing error: " + what);
  }
}
