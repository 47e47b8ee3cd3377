package dev.sluice.api.json;

import dev.sluice.tensor.DataType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Writes whole numbers to a tensor of an integer type of one or two bytes, or of booleans, and
 * accepts none that the type does not hold. Booleans are true and false, or 1 and 0.
 */
final class SmallNumberReader extends ElementReader {
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

  private final byte[] bytes;
  private final NumberReader numbers;
  private final MemorySegment data;
  private final boolean words;
  private final boolean wide;
  private final long least;
  private final long most;

  private SmallNumberReader(
      byte[] bytes, MemorySegment data, boolean words, boolean wide, long least, long most) {
    this.bytes = bytes;
    this.numbers = new NumberReader(bytes, 0);
    this.data = data;
    this.words = words;
    this.wide = wide;
    this.least = least;
    this.most = most;
  }

  /** Returns a reader for BOOL, INT8, UINT8, INT16 or UINT16. */
  static SmallNumberReader of(byte[] bytes, DataType dtype, MemorySegment data) {
    return switch (dtype) {
      case BOOL -> new SmallNumberReader(bytes, data, true, false, 0, 1);
      case INT8 -> new SmallNumberReader(bytes, data, false, false, Byte.MIN_VALUE, Byte.MAX_VALUE);
      case UINT8 -> new SmallNumberReader(bytes, data, false, false, 0, 0xFF);
      case INT16 ->
          new SmallNumberReader(bytes, data, false, true, Short.MIN_VALUE, Short.MAX_VALUE);
      case UINT16 -> new SmallNumberReader(bytes, data, false, true, 0, 0xFFFF);
      default -> throw new IllegalArgumentException("no small numbers: " + dtype);
    };
  }

  @Override
  int read(int position, long index, long count) {
    numbers.position = position;
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
    byte first = bytes[numbers.position];
    if (words && (first == 't' || first == 'f')) {
      data.set(ValueLayout.JAVA_BYTE, index, (byte) (first == 't' ? 1 : 0));
      numbers.position += first == 't' ? 4 : 5;
      return true;
    }
    if (!numbers.readInt64() || numbers.integer < least || numbers.integer > most) {
      return false;
    }
    if (wide) {
      data.set(SHORT, 2 * index, (short) numbers.integer);
    } else {
      data.set(ValueLayout.JAVA_BYTE, index, (byte) numbers.integer);
    }
    return true;
  }
}
