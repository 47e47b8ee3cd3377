package dev.sluice.api.oip.wire;

import dev.sluice.api.oip.Datatype;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The lists of InferTensorContents. */
enum ContentsList {
  BOOL(1, 0),
  INT(2, 0),
  INT64(3, 0),
  UINT(4, 0),
  UINT64(5, 0),
  FP32(6, 4),
  FP64(7, 8),
  BYTES(8, 0);

  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED32 = 5;
  private static final int FIXED64 = 1;
  private static final int WIRE_TYPE_BITS = 3;

  private static final ContentsList[] ALL = values();

  private final int field;
  private final int unit;

  ContentsList(int field, int unit) {
    this.field = field;
    this.unit = unit;
  }

  /** Returns the list in which a type's elements are, or null if there is none for it. */
  static @Nullable ContentsList of(Datatype datatype) {
    return switch (datatype) {
      case BOOL -> BOOL;
      case INT8, INT16, INT32 -> INT;
      case INT64 -> INT64;
      case UINT8, UINT16, UINT32 -> UINT;
      case UINT64 -> UINT64;
      case FP32 -> FP32;
      case FP64 -> FP64;
      case BYTES -> BYTES;
      case FP16, BF16 -> null;
    };
  }

  /** Returns the list that a field with this tag belongs to, or null. */
  static @Nullable ContentsList ofTag(int tag) {
    int field = tag >>> WIRE_TYPE_BITS;
    if (field == 0 || field > ALL.length) {
      return null;
    }
    ContentsList list = ALL[field - 1];
    return tag == list.blockTag() || tag == list.singleTag() ? list : null;
  }

  /** Returns the list's place among all. */
  int place() {
    return field - 1;
  }

  /** Returns the tag of a packed block; of BYTES, whose elements are not packed, of each. */
  int blockTag() {
    return field << WIRE_TYPE_BITS | LENGTH_DELIMITED;
  }

  /** Returns the tag of a single element. */
  int singleTag() {
    if (this == BYTES) {
      return blockTag();
    }
    return field << WIRE_TYPE_BITS
        | switch (unit) {
          case 4 -> FIXED32;
          case 8 -> FIXED64;
          default -> 0;
        };
  }

  boolean isVarint() {
    return unit == 0 && this != BYTES;
  }

  /** Returns how many bytes an element of a list of fixed size has; 0 for the others. */
  int unit() {
    return unit;
  }

  /** Returns the field's name, for messages. */
  String label() {
    return name().toLowerCase(Locale.ROOT) + "_contents";
  }
}
