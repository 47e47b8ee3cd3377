package dev.sluice.loadtest.input;

import com.google.protobuf.ByteString;
import dev.sluice.client.tensor.DataKind;
import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.Values;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntToLongFunction;
import java.util.function.IntUnaryOperator;

/**
 * Reads the values of a tensor from protobuf: from its packed bytes, or from the field of its
 * dtype, whose last value stands for those left out.
 */
public final class TensorValues {
  private static final int BFLOAT16_SHIFT = 16;

  private TensorValues() {}

  /** Returns the values; empty for a dtype that is not read here. */
  public static Optional<Values> of(TensorProto tensor) throws InputException {
    long count = 1;
    for (TensorShapeProto.Dim dimension : tensor.getTensorShape().getDimList()) {
      count = Math.multiplyExact(count, dimension.getSize());
    }
    if (count < 0 || count > Integer.MAX_VALUE) {
      throw new InputException("a tensor of %d elements".formatted(count));
    }
    int size = (int) count;
    DataKind kind = DataKind.of(tensor.getDtype());
    if (kind == DataKind.OTHER) {
      return Optional.empty();
    }
    if (kind == DataKind.TEXT) {
      if (tensor.getStringValCount() != size) {
        throw new InputException(
            "%d strings for %d elements".formatted(tensor.getStringValCount(), size));
      }
      return Optional.of(new Values.Texts(List.copyOf(tensor.getStringValList())));
    }
    return Optional.of(
        tensor.getTensorContent().isEmpty() ? listed(tensor, kind, size) : packed(tensor, size));
  }

  private static Values packed(TensorProto tensor, int size) throws InputException {
    DataType dtype = tensor.getDtype();
    ByteString content = tensor.getTensorContent();
    int width = width(dtype);
    if (content.size() != (long) size * width) {
      throw new InputException(
          "%d bytes for %d elements of %s".formatted(content.size(), size, dtype));
    }
    ByteBuffer bytes = content.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    return switch (DataKind.of(dtype)) {
      case REAL -> reals(size, i -> real(bytes, dtype, i * width));
      case INTEGER -> integers(size, i -> integer(bytes, dtype, i * width));
      default -> booleans(size, i -> bytes.get(i));
    };
  }

  private static int width(DataType dtype) {
    return switch (dtype) {
      case DT_INT8, DT_UINT8, DT_BOOL -> Byte.BYTES;
      case DT_INT16, DT_UINT16, DT_HALF, DT_BFLOAT16 -> Short.BYTES;
      case DT_INT32, DT_UINT32, DT_FLOAT -> Integer.BYTES;
      default -> Long.BYTES;
    };
  }

  private static double real(ByteBuffer bytes, DataType dtype, int at) {
    return switch (dtype) {
      case DT_FLOAT -> bytes.getFloat(at);
      case DT_DOUBLE -> bytes.getDouble(at);
      default -> small(dtype, bytes.getShort(at));
    };
  }

  private static double small(DataType dtype, int bits) {
    return dtype == DataType.DT_HALF
        ? Float.float16ToFloat((short) bits)
        : Float.intBitsToFloat(bits << BFLOAT16_SHIFT);
  }

  private static long integer(ByteBuffer bytes, DataType dtype, int at) {
    return switch (dtype) {
      case DT_INT8 -> bytes.get(at);
      case DT_UINT8 -> Byte.toUnsignedLong(bytes.get(at));
      case DT_INT16 -> bytes.getShort(at);
      case DT_UINT16 -> Short.toUnsignedLong(bytes.getShort(at));
      case DT_INT32 -> bytes.getInt(at);
      case DT_UINT32 -> Integer.toUnsignedLong(bytes.getInt(at));
      default -> bytes.getLong(at);
    };
  }

  private static Values listed(TensorProto tensor, DataKind kind, int size) throws InputException {
    int given =
        tensor.getFloatValCount()
            + tensor.getDoubleValCount()
            + tensor.getHalfValCount()
            + tensor.getIntValCount()
            + tensor.getInt64ValCount()
            + tensor.getUint32ValCount()
            + tensor.getUint64ValCount()
            + tensor.getBoolValCount();
    if (given > size || (given == 0 && size > 0)) {
      throw new InputException("%d values for %d elements".formatted(given, size));
    }
    IntUnaryOperator at = i -> Math.min(i, given - 1);
    return switch (kind) {
      case REAL -> reals(size, i -> listedReal(tensor, at.applyAsInt(i)));
      case INTEGER -> integers(size, i -> listedInteger(tensor, at.applyAsInt(i)));
      default -> booleans(size, i -> tensor.getBoolVal(at.applyAsInt(i)) ? 1 : 0);
    };
  }

  private static double listedReal(TensorProto tensor, int at) {
    return switch (tensor.getDtype()) {
      case DT_FLOAT -> tensor.getFloatVal(at);
      case DT_DOUBLE -> tensor.getDoubleVal(at);
      default -> small(tensor.getDtype(), tensor.getHalfVal(at));
    };
  }

  private static long listedInteger(TensorProto tensor, int at) {
    return switch (tensor.getDtype()) {
      case DT_INT64 -> tensor.getInt64Val(at);
      case DT_UINT32 -> Integer.toUnsignedLong(tensor.getUint32Val(at));
      case DT_UINT64 -> tensor.getUint64Val(at);
      default -> tensor.getIntVal(at);
    };
  }

  private static Values reals(int size, IntToDoubleFunction element) {
    double[] elements = new double[size];
    for (int i = 0; i < size; i++) {
      elements[i] = element.applyAsDouble(i);
    }
    return new Values.Reals(elements);
  }

  private static Values integers(int size, IntToLongFunction element) {
    long[] elements = new long[size];
    for (int i = 0; i < size; i++) {
      elements[i] = element.applyAsLong(i);
    }
    return new Values.Integers(elements);
  }

  private static Values booleans(int size, IntToLongFunction element) {
    boolean[] elements = new boolean[size];
    for (int i = 0; i < size; i++) {
      elements[i] = element.applyAsLong(i) != 0;
    }
    return new Values.Booleans(elements);
  }
}
