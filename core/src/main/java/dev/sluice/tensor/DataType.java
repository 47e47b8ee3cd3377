package dev.sluice.tensor;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The element types of tensors.
 *
 * <p>Numbers and labels are TensorFlow's (types.proto; grpc.md §2.13): they are on the wire of the
 * TensorFlow Serving API, so a table of our own would only have to be translated.
 */
public enum DataType {
  FLOAT(1, 4),
  DOUBLE(2, 8),
  INT32(3, 4),
  UINT8(4, 1),
  INT16(5, 2),
  INT8(6, 1),
  STRING(7, 0),
  COMPLEX64(8, 8),
  INT64(9, 8),
  BOOL(10, 1),
  QINT8(11, 1),
  QUINT8(12, 1),
  QINT32(13, 4),
  BFLOAT16(14, 2),
  QINT16(15, 2),
  QUINT16(16, 2),
  UINT16(17, 2),
  COMPLEX128(18, 16),
  HALF(19, 2),
  RESOURCE(20, 0),
  VARIANT(21, 0),
  UINT32(22, 4),
  UINT64(23, 8),
  FLOAT8_E5M2(24, 1),
  FLOAT8_E4M3FN(25, 1),
  FLOAT8_E4M3FNUZ(26, 1),
  FLOAT8_E4M3B11FNUZ(27, 1),
  FLOAT8_E5M2FNUZ(28, 1),
  INT4(29, 1),
  UINT4(30, 1),
  INT2(31, 1),
  UINT2(32, 1),
  FLOAT4_E2M1FN(33, 1);

  /** Added to a number to mean a reference to a variable of that type (DT_FLOAT_REF = 101). */
  public static final int REFERENCE_OFFSET = 100;

  private static final @Nullable DataType[] BY_NUMBER = new @Nullable DataType[34];

  static {
    for (DataType type : values()) {
      BY_NUMBER[type.number] = type;
    }
  }

  private final int number;
  private final int byteSize;
  private final String label;

  DataType(int number, int byteSize) {
    this.number = number;
    this.byteSize = byteSize;
    this.label = name().toLowerCase(Locale.ROOT);
  }

  /** Returns the type with TensorFlow's number, or null for 0 and for numbers it does not know. */
  public static @Nullable DataType ofNumber(int number) {
    return number > 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
  }

  /** Returns TensorFlow's number, as in {@code DT_FLOAT = 1}. */
  public int number() {
    return number;
  }

  /** Returns the size of an element in bytes, or 0 where elements have no fixed size. */
  public int byteSize() {
    return byteSize;
  }

  /** Returns the name that TensorFlow's messages use, such as {@code float} or {@code int64}. */
  public String label() {
    return label;
  }

  /** Returns true if elements have a fixed size, so that a tensor's memory is its elements. */
  public boolean isFixedSize() {
    return byteSize > 0;
  }
}
