package dev.sluice.api.tfs.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.tensor.DataType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random elements of a type, and what they look like as a TensorProto of protobuf-java: the simple
 * model that the codec is compared with. An element is its bytes in memory.
 */
final class TensorModel {
  static final List<DataType> DTYPES =
      List.of(DataType.values()).stream()
          .filter(dtype -> dtype != DataType.RESOURCE && dtype != DataType.VARIANT)
          .toList();

  private TensorModel() {}

  static List<byte[]> randomElements(DataType dtype, int count, Random random) {
    List<byte[]> elements = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int size = dtype == DataType.STRING ? random.nextInt(40) * random.nextInt(8) : 0;
      byte[] element = new byte[dtype.isFixedSize() ? dtype.byteSize() : size];
      if (random.nextInt(4) > 0) {
        random.nextBytes(element);
      }
      if (dtype == DataType.BOOL) {
        element[0] &= 1;
      }
      elements.add(element);
    }
    return elements;
  }

  /** Returns memory as Tensor defines it. */
  static byte[] memory(DataType dtype, List<byte[]> elements) {
    ByteArrayOutputStream memory = new ByteArrayOutputStream();
    if (dtype == DataType.STRING) {
      ByteBuffer offsets =
          ByteBuffer.allocate(8 * (elements.size() + 1)).order(ByteOrder.LITTLE_ENDIAN);
      long offset = 0;
      offsets.putLong(0);
      for (byte[] element : elements) {
        offset += element.length;
        offsets.putLong(offset);
      }
      memory.writeBytes(offsets.array());
    }
    elements.forEach(memory::writeBytes);
    return memory.toByteArray();
  }

  /** Adds elements as tensor_content. */
  static TensorProto.Builder withContent(
      TensorProto.Builder proto, DataType dtype, List<byte[]> elements) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    if (dtype == DataType.STRING) {
      CodedOutputStream lengths = CodedOutputStream.newInstance(content);
      try {
        for (byte[] element : elements) {
          lengths.writeUInt32NoTag(element.length);
        }
        lengths.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    elements.forEach(content::writeBytes);
    return proto.setTensorContent(UnsafeByteOperations.unsafeWrap(content.toByteArray()));
  }

  /** Adds elements to the typed list; false if the type has none. */
  static boolean addToList(TensorProto.Builder proto, DataType dtype, List<byte[]> elements) {
    if (dtype == DataType.FLOAT4_E2M1FN) {
      return false;
    }
    if (dtype.label().startsWith("float8")) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      elements.forEach(all::writeBytes);
      proto.setFloat8Val(ByteString.copyFrom(all.toByteArray()));
      return true;
    }
    elements.forEach(element -> add(proto, dtype, element));
    return true;
  }

  private static void add(TensorProto.Builder proto, DataType dtype, byte[] element) {
    ByteBuffer value = ByteBuffer.wrap(element).order(ByteOrder.LITTLE_ENDIAN);
    switch (dtype) {
      case FLOAT -> proto.addFloatVal(value.getFloat());
      case DOUBLE -> proto.addDoubleVal(value.getDouble());
      case COMPLEX64 -> proto.addScomplexVal(value.getFloat()).addScomplexVal(value.getFloat());
      case COMPLEX128 -> proto.addDcomplexVal(value.getDouble()).addDcomplexVal(value.getDouble());
      case STRING -> proto.addStringVal(ByteString.copyFrom(element));
      case BOOL -> proto.addBoolVal(element[0] != 0);
      case INT64 -> proto.addInt64Val(value.getLong());
      case UINT64 -> proto.addUint64Val(value.getLong());
      case UINT32 -> proto.addUint32Val(value.getInt());
      case INT32, QINT32 -> proto.addIntVal(value.getInt());
      case INT16, QINT16 -> proto.addIntVal(value.getShort());
      case UINT16, QUINT16 -> proto.addIntVal(Short.toUnsignedInt(value.getShort()));
      case HALF, BFLOAT16 -> proto.addHalfVal(Short.toUnsignedInt(value.getShort()));
      case INT8, QINT8, INT4, INT2 -> proto.addIntVal(element[0]);
      case UINT8, QUINT8, UINT4, UINT2 -> proto.addIntVal(Byte.toUnsignedInt(element[0]));
      default -> throw new IllegalArgumentException("no list of single values for " + dtype);
    }
  }

  /** Returns a TensorProto's bytes with every packed list of a builder written unpacked. */
  static byte[] unpacked(DataType dtype, TensorProto header, List<byte[]> elements) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      header.writeTo(bytes);
      for (byte[] element : elements) {
        TensorProto.Builder one = TensorProto.newBuilder();
        addToList(one, dtype, List.of(element));
        bytes.writeBytes(unpackedField(one.build()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Turns fields of one packed value (two for complex ones) into single values. */
  private static byte[] unpackedField(TensorProto one) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    for (float value : one.getFloatValList()) {
      out.writeFloat(5, value);
    }
    for (double value : one.getDoubleValList()) {
      out.writeDouble(6, value);
    }
    for (int value : one.getIntValList()) {
      out.writeInt32(7, value);
    }
    for (ByteString value : one.getStringValList()) {
      out.writeBytes(8, value);
    }
    for (float value : one.getScomplexValList()) {
      out.writeFloat(9, value);
    }
    for (long value : one.getInt64ValList()) {
      out.writeInt64(10, value);
    }
    for (boolean value : one.getBoolValList()) {
      out.writeBool(11, value);
    }
    for (double value : one.getDcomplexValList()) {
      out.writeDouble(12, value);
    }
    for (int value : one.getHalfValList()) {
      out.writeInt32(13, value);
    }
    for (int value : one.getUint32ValList()) {
      out.writeUInt32(16, value);
    }
    for (long value : one.getUint64ValList()) {
      out.writeUInt64(17, value);
    }
    out.flush();
    return bytes.toByteArray();
  }
}
