package dev.sluice.api.tfs.wire;

import dev.sluice.tensor.DataType;
import org.jspecify.annotations.Nullable;

/** The repeated fields of TensorProto, each for some element types (grpc.md §2.13). */
enum ValueList {
  FLOAT_VAL(5, Float.BYTES),
  DOUBLE_VAL(6, Double.BYTES),
  INT_VAL(7, 0),
  STRING_VAL(8, 1),
  SCOMPLEX_VAL(9, Float.BYTES),
  INT64_VAL(10, 0),
  BOOL_VAL(11, 0),
  DCOMPLEX_VAL(12, Double.BYTES),
  HALF_VAL(13, 0),
  UINT32_VAL(16, 0),
  UINT64_VAL(17, 0),
  /** One bytes field with a byte an element, not a list: a later one replaces an earlier one. */
  FLOAT8_VAL(18, 1);

  private static final int BYTES = 2;

  private final int field;
  private final int unit;
  private final int singleWireType;

  ValueList(int field, int unit) {
    this.field = field;
    this.unit = unit;
    this.singleWireType =
        switch (unit) {
          case 0 -> 0;
          case Float.BYTES -> 5;
          case Double.BYTES -> 1;
          default -> BYTES;
        };
  }

  /** Returns the list for an element type; null if it can only be sent as tensor_content. */
  static @Nullable ValueList of(DataType dtype) {
    return switch (dtype) {
      case FLOAT -> FLOAT_VAL;
      case DOUBLE -> DOUBLE_VAL;
      case INT32, INT16, INT8, UINT16, UINT8, QINT8, QUINT8, QINT16, QUINT16, QINT32 -> INT_VAL;
      case INT4, UINT4, INT2, UINT2 -> INT_VAL;
      case STRING -> STRING_VAL;
      case COMPLEX64 -> SCOMPLEX_VAL;
      case INT64 -> INT64_VAL;
      case BOOL -> BOOL_VAL;
      case COMPLEX128 -> DCOMPLEX_VAL;
      case HALF, BFLOAT16 -> HALF_VAL;
      case UINT32 -> UINT32_VAL;
      case UINT64 -> UINT64_VAL;
      case FLOAT8_E5M2, FLOAT8_E4M3FN, FLOAT8_E4M3FNUZ, FLOAT8_E4M3B11FNUZ, FLOAT8_E5M2FNUZ ->
          FLOAT8_VAL;
      case FLOAT4_E2M1FN, RESOURCE, VARIANT -> null;
    };
  }

  /** Returns the field's number. */
  int field() {
    return field;
  }

  /** Returns true if values are varints, so that their size must be found by reading them. */
  boolean isVarint() {
    return unit == 0;
  }

  /** Returns the bytes that a value takes on the wire; 0 for varints, 1 for strings of bytes. */
  int unit() {
    return unit;
  }

  /** Returns the tag of a block of values: packed, or bytes. */
  int blockTag() {
    return field << 3 | BYTES;
  }

  /** Returns the tag of a single value that is not packed; the block's for bytes. */
  int singleTag() {
    return field << 3 | singleWireType;
  }
}
