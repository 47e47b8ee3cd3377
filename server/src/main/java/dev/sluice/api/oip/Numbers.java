package dev.sluice.api.oip;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Single elements of numeric tensors. */
final class Numbers {
  private Numbers() {}

  static boolean isNumeric(DataType type) {
    Datatype known = Datatype.of(type);
    return known != null && known != Datatype.BOOL && known != Datatype.BYTES;
  }

  static boolean isFloating(DataType type) {
    return type == DataType.FLOAT
        || type == DataType.DOUBLE
        || type == DataType.HALF
        || type == DataType.BFLOAT16;
  }

  /** Returns an element of a floating type. */
  static double floating(Tensor tensor, long index) {
    MemorySegment data = tensor.data();
    if (tensor.dtype() == DataType.DOUBLE) {
      return data.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, index * Double.BYTES);
    }
    if (tensor.dtype() == DataType.FLOAT) {
      return data.get(ValueLayout.JAVA_FLOAT_UNALIGNED, index * Float.BYTES);
    }
    short bits = data.get(ValueLayout.JAVA_SHORT_UNALIGNED, index * Short.BYTES);
    return tensor.dtype() == DataType.HALF
        ? Float.float16ToFloat(bits)
        : Float.intBitsToFloat(bits << Short.SIZE);
  }

  /** Returns an element of an integer type; of UINT64 the bits. */
  static long integer(Tensor tensor, long index) {
    MemorySegment data = tensor.data();
    int width = tensor.dtype().byteSize();
    long value =
        switch (width) {
          case Byte.BYTES -> data.get(ValueLayout.JAVA_BYTE, index);
          case Short.BYTES -> data.get(ValueLayout.JAVA_SHORT_UNALIGNED, index * Short.BYTES);
          case Integer.BYTES -> data.get(ValueLayout.JAVA_INT_UNALIGNED, index * Integer.BYTES);
          default -> data.get(ValueLayout.JAVA_LONG_UNALIGNED, index * Long.BYTES);
        };
    return isUnsigned(tensor.dtype()) && width < Long.BYTES
        ? value & ((1L << (width * Byte.SIZE)) - 1)
        : value;
  }

  private static boolean isUnsigned(DataType type) {
    return type == DataType.UINT8
        || type == DataType.UINT16
        || type == DataType.UINT32
        || type == DataType.UINT64;
  }

  static String integerText(Tensor tensor, long index) {
    long value = integer(tensor, index);
    return tensor.dtype() == DataType.UINT64 ? Long.toUnsignedString(value) : Long.toString(value);
  }

  /** Compares two elements of a tensor; what is no number comes before all numbers. */
  static int compare(Tensor tensor, long one, long other) {
    if (isFloating(tensor.dtype())) {
      return compare(floating(tensor, one), floating(tensor, other));
    }
    long left = integer(tensor, one);
    long right = integer(tensor, other);
    return tensor.dtype() == DataType.UINT64
        ? Long.compareUnsigned(left, right)
        : Long.compare(left, right);
  }

  private static int compare(double one, double other) {
    if (Double.isNaN(one) || Double.isNaN(other)) {
      return Boolean.compare(Double.isNaN(other), Double.isNaN(one));
    }
    return one < other ? -1 : one > other ? 1 : 0;
  }
}
