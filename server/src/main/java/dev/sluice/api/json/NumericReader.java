package dev.sluice.api.json;

import dev.sluice.tensor.DataType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Writes numbers and booleans to a tensor of a fixed-size type (rest.md §4.6). */
public final class NumericReader extends ElementReader {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private final byte[] bytes;
  private final NumberReader numbers;
  private final DataType dtype;
  private final MemorySegment data;
  private final FloatRuns floats;

  /**
   * Creates a reader that writes to the memory of a tensor.
   *
   * @param floats what has been read of the document already
   */
  public NumericReader(byte[] bytes, DataType dtype, MemorySegment data, FloatRuns floats) {
    this.floats = floats;
    this.bytes = bytes;
    this.numbers = new NumberReader(bytes, 0);
    this.dtype = dtype;
    this.data = data;
  }

  /** Returns true if JSON values can be converted to the type. */
  public static boolean supports(DataType dtype) {
    return switch (dtype) {
      case FLOAT, DOUBLE, INT32, INT16, INT8, UINT8, INT64, UINT32, UINT64, BOOL -> true;
      default -> false;
    };
  }

  @Override
  public int read(int position, long index, long count) {
    numbers.position = position;
    return dtype == DataType.FLOAT ? readFloats(position, index, count) : readOthers(index, count);
  }

  private int readFloats(int position, long index, long count) {
    int behind = floats.write(position, count, data, index);
    if (behind >= 0) {
      return behind;
    }
    long at = index * 4;
    for (long left = count; numbers.atNumber(); at += 4) {
      data.set(FLOAT, at, numbers.readFloat());
      if (--left == 0) {
        return numbers.position;
      }
      if (!numbers.toNext()) {
        break;
      }
    }
    return -1;
  }

  private int readOthers(long index, long count) {
    long at = index;
    for (long left = count; readOne(at); at++) {
      if (--left == 0) {
        return numbers.position;
      }
      if (!numbers.toNext()) {
        break;
      }
    }
    return -1;
  }

  private boolean readOne(long index) {
    switch (dtype) {
      case DOUBLE -> {
        if (!numbers.atNumber()) {
          return false;
        }
        data.set(DOUBLE, 8 * index, numbers.readDouble());
      }
      case BOOL -> {
        return readBoolean(index);
      }
      case INT64 -> {
        if (!numbers.readInt64()) {
          return false;
        }
        data.set(LONG, 8 * index, numbers.integer);
      }
      case UINT64 -> {
        if (!numbers.readUint64()) {
          return false;
        }
        data.set(LONG, 8 * index, numbers.integer);
      }
      case UINT32 -> {
        if (!numbers.readUint32()) {
          return false;
        }
        data.set(INT, 4 * index, (int) numbers.integer);
      }
      default -> {
        if (!numbers.readInt32()) {
          return false;
        }
        setInt(index, (int) numbers.integer);
      }
    }
    return true;
  }

  /** Cuts the value off to the type's width, as the reference does. */
  private void setInt(long index, int value) {
    switch (dtype.byteSize()) {
      case 4 -> data.set(INT, 4 * index, value);
      case 2 -> data.set(SHORT, 2 * index, (short) value);
      default -> data.set(ValueLayout.JAVA_BYTE, index, (byte) value);
    }
  }

  private boolean readBoolean(long index) {
    byte first = bytes[numbers.position];
    if (first != 't' && first != 'f') {
      return false;
    }
    data.set(ValueLayout.JAVA_BYTE, index, (byte) (first == 't' ? 1 : 0));
    numbers.position += first == 't' ? 4 : 5;
    return true;
  }
}
