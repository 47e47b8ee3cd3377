package dev.sluice.api.json;

import java.nio.charset.StandardCharsets;

/**
 * Reads one number of a checked document after the other.
 *
 * <p>{@link #position} is where the number begins and then what is behind it. Whole numbers come
 * back in {@link #integer}.
 */
public final class NumberReader {
  /** More digits than these may overflow an unsigned long. */
  private static final int SAFE_DIGITS = 19;

  /** An exponent beyond this is 0 or infinity, whatever the digits of a body are. */
  private static final int EXPONENT_LIMIT = 1 << 30;

  private final byte[] bytes;
  private final int first;

  /** Where the next number begins. */
  int position;

  /** What the last read of a whole number found. */
  public long integer;

  private long digits;
  private int exponent;
  private int digitCount;
  private int wholeEnd;

  /** Creates a reader that stands at a position of a checked document. */
  public NumberReader(byte[] bytes, int position) {
    this.bytes = bytes;
    this.first = position;
    this.position = position;
  }

  /** Goes back to where it was created. */
  public NumberReader restart() {
    position = first;
    return this;
  }

  /** Goes on behind a comma to the next value; false if there is no comma. */
  boolean toNext() {
    int at = position;
    if (bytes[at] != ',') {
      at = ValueWalk.space(bytes, at);
      if (bytes[at] != ',') {
        return false;
      }
    }
    at++;
    if (bytes[at] <= ' ') {
      at = ValueWalk.space(bytes, at);
    }
    position = at;
    return true;
  }

  /** Returns true if a number begins here. */
  boolean atNumber() {
    int c = bytes[position];
    return (c >= '0' && c <= '9') || c == '-' || c == 'N' || c == 'I';
  }

  /**
   * Returns the number as a float: the nearest double, cast (rest.md §4.6). Only where {@link
   * #atNumber} holds.
   */
  public float readFloat() {
    int start = position;
    boolean negative = bytes[start] == '-';
    int whole = negative ? start + 1 : start;
    if (bytes[whole] > '9') {
      return (float) readWord(whole, negative);
    }
    readDecimal(whole);
    if (digits > 0
        && digitCount <= SAFE_DIGITS
        && Math.abs(exponent) <= DecimalToDouble.FLOAT_EXPONENT) {
      float value = DecimalToDouble.convertToFloat(digits, exponent);
      if (!Float.isNaN(value)) {
        return negative ? -value : value;
      }
    }
    return (float) toDouble(start, negative);
  }

  /**
   * Returns the number as the nearest double; what is below the normal range becomes 0 (rest.md
   * §3). Only where {@link #atNumber} holds.
   */
  double readDouble() {
    int start = position;
    boolean negative = bytes[start] == '-';
    int whole = negative ? start + 1 : start;
    if (bytes[whole] > '9') {
      return readWord(whole, negative);
    }
    readDecimal(whole);
    return toDouble(start, negative);
  }

  private double readWord(int from, boolean negative) {
    position = ValueWalk.scalarEnd(bytes, from);
    double value = bytes[from] == 'N' ? Double.NaN : Double.POSITIVE_INFINITY;
    return negative ? -value : value;
  }

  private double toDouble(int start, boolean negative) {
    double value;
    if (digitCount > SAFE_DIGITS && significantDigits(start) > SAFE_DIGITS) {
      value = parse(start);
    } else if (digits == 0) {
      return negative && position != wholeEnd ? -0.0 : 0.0; // -0 is the whole number 0
    } else {
      value = DecimalToDouble.convert(digits, exponent);
      if (Double.isNaN(value)) {
        value = parse(start);
      }
    }
    if (value < Double.MIN_NORMAL) {
      value = 0;
    }
    return negative ? -value : value;
  }

  /** Returns the absolute value, the slow way. */
  private double parse(int start) {
    String text = new String(bytes, start, position - start, StandardCharsets.ISO_8859_1);
    return Math.abs(Double.parseDouble(text));
  }

  private int significantDigits(int start) {
    int zeros = 0;
    int first = bytes[start] == '-' ? start + 1 : start;
    for (int i = first + (bytes[first] == '0' ? 1 : 0); bytes[i] == '0' || bytes[i] == '.'; i++) {
      zeros += bytes[i] == '0' ? 1 : 0;
    }
    return digitCount - zeros;
  }

  /** Reads digits, fraction and exponent; the digits are right up to 19 significant ones. */
  private void readDecimal(int whole) {
    byte[] from = bytes;
    int at;
    int count;
    if (from[whole + 1] == '.') { // one digit in front of the point, as most have
      digits = (long) from[whole] - '0';
      at = whole + 1;
      count = from[whole] == '0' ? 0 : 1;
    } else {
      digits = 0;
      at = readDigits(whole);
      count = at - whole;
    }
    wholeEnd = at;
    exponent = 0;
    if (from[at] == '.') {
      int fraction = at + 1;
      at = readDigits(fraction);
      exponent = fraction - at;
      count += at - fraction;
    }
    digitCount = count;
    if ((from[at] | 0x20) == 'e') {
      at = readExponent(at + 1);
    }
    position = at;
  }

  /** Appends digits; returns the position behind them. */
  private int readDigits(int start) {
    byte[] from = bytes;
    long value = digits;
    int at = start;
    while (at <= from.length - 8) {
      long word = Swar.load(from, at);
      int count = Swar.digits(word);
      if (count < 8) {
        // No branch on the count, which differs from number to number.
        digits = value * Decimals.power(count) + Swar.decimal(word, count);
        return at + count;
      }
      value = value * 100_000_000 + Swar.decimal(word);
      at += 8;
    }
    while (at < from.length && from[at] >= '0' && from[at] <= '9') {
      value = 10 * value + from[at++] - '0';
    }
    digits = value;
    return at;
  }

  private int readExponent(int from) {
    boolean negative = bytes[from] == '-';
    int at = negative || bytes[from] == '+' ? from + 1 : from;
    long value = 0;
    while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9') {
      value = Math.min(10 * value + bytes[at++] - '0', EXPONENT_LIMIT);
    }
    exponent += (int) (negative ? -value : value);
    return at;
  }

  /** Reads a whole number from -2^63 to 2^63 - 1; false if it is another number. */
  public boolean readInt64() {
    boolean negative = bytes[position] == '-';
    if (!readMagnitude(negative ? position + 1 : position)) {
      return false;
    }
    if (negative) {
      integer = -integer;
      return integer <= 0;
    }
    return integer >= 0;
  }

  /** Reads a whole number from 0 to 2^64 - 1, unsigned; false if it is another number. */
  public boolean readUint64() {
    boolean negative = bytes[position] == '-';
    return readMagnitude(negative ? position + 1 : position) && !(negative && integer != 0);
  }

  /** Reads a whole number from -2^31 to 2^31 - 1; false if it is another number. */
  boolean readInt32() {
    return readInt64() && integer == (int) integer;
  }

  /** Reads a whole number from 0 to 2^32 - 1; false if it is another number. */
  boolean readUint32() {
    return readInt64() && integer >>> 32 == 0;
  }

  /** Reads digits that are all of the number and fit 64 bits unsigned. */
  private boolean readMagnitude(int whole) {
    if (bytes[whole] < '0' || bytes[whole] > '9') {
      return false;
    }
    digits = 0;
    int end = readDigits(whole);
    position = end;
    integer = digits;
    if (bytes[end] == '.' || (bytes[end] | 0x20) == 'e') {
      return false;
    }
    int count = end - whole;
    return count <= SAFE_DIGITS || (count == SAFE_DIGITS + 1 && fits(whole, end));
  }

  private boolean fits(int whole, int end) {
    String text = new String(bytes, whole, end - whole, StandardCharsets.ISO_8859_1);
    return text.compareTo("18446744073709551615") <= 0;
  }
}
