package dev.sluice.api.json;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;

/**
 * Writes floats and doubles in the reference's format (rest.md §7.5): C's {@code %.6g} if that
 * reads back as the same value, else {@code %.9g} or {@code %.17g}; always with a point or an
 * exponent.
 *
 * <p>Floats are scaled in double arithmetic, doubles by 128-bit powers of ten. Both know how far
 * off they may be, and leave what lies too near the middle between two decimals to big numbers.
 */
public final class NumberText {
  private static final int SHORT_DIGITS = 6;
  private static final int FLOAT_DIGITS = 9;
  private static final int DOUBLE_DIGITS = 17;

  /** Sign, 17 digits, point, exponent or leading zeros. */
  private static final int LONGEST = 32;

  /** Scaled floats are below 1e9 and off by less than 4e-7. */
  private static final double SAFE_DISTANCE = 1e-6;

  private static final byte[] NAN = ascii("NaN");
  private static final byte[] INFINITY = ascii("Infinity");

  private NumberText() {}

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Writes a float. */
  public static void write(JsonSink sink, float value) {
    double size = Math.abs((double) value);
    if (!(size <= Float.MAX_VALUE)) {
      writeSpecial(sink, value);
      return;
    }
    byte[] to = sink.reserve(LONGEST);
    int at = sink.length();
    if (Float.floatToRawIntBits(value) < 0) {
      to[at++] = '-';
    }
    sink.setLength(
        size < 1e6 && size == (int) size ? whole(to, at, (int) size) : put(to, at, size));
  }

  /** Writes a double. */
  public static void write(JsonSink sink, double value) {
    double size = Math.abs(value);
    if (!(size <= Double.MAX_VALUE)) {
      writeSpecial(sink, value);
      return;
    }
    byte[] to = sink.reserve(LONGEST);
    int at = sink.length();
    if (Double.doubleToRawLongBits(value) < 0) {
      to[at++] = '-';
    }
    sink.setLength(
        size < 1e6 && size == (int) size ? whole(to, at, (int) size) : putDouble(to, at, size));
  }

  private static void writeSpecial(JsonSink sink, double value) {
    if (value < 0) {
      sink.put('-');
    }
    sink.put(Double.isNaN(value) ? NAN : INFINITY);
  }

  private static int whole(byte[] to, int at, int value) {
    int end = Decimals.write(to, at, value);
    to[end] = '.';
    to[end + 1] = '0';
    return end + 2;
  }

  /** Writes a positive float that is held as a double. */
  private static int put(byte[] to, int at, double size) {
    if (size < Float.MIN_NORMAL) {
      return putSlowly(to, at, size, true);
    }
    int exponent = exponentOf(size);
    long six = scaled(size, SHORT_DIGITS - 1 - exponent);
    int shift = six == 1_000_000 ? 1 : 0;
    long digits = shift == 1 ? 100_000 : six;
    if (digits < 100_000 || digits >= 1_000_000) {
      return putSlowly(to, at, size, true);
    }
    double back = digits * PowersOfTen.asDouble(exponent + shift - SHORT_DIGITS + 1);
    if (DecimalToDouble.isNearMidpoint(back)) {
      return putSlowly(to, at, size, true);
    }
    if ((float) back == (float) size) {
      return format(to, at, digits, SHORT_DIGITS, exponent + shift);
    }
    long nine = scaled(size, FLOAT_DIGITS - 1 - exponent);
    if (nine < 100_000_000 || nine >= 1_000_000_000) {
      return putSlowly(to, at, size, true);
    }
    return format(to, at, nine, FLOAT_DIGITS, exponent);
  }

  /** Returns the exponent of the first digit; it may be 1 off next to a power of ten. */
  private static int exponentOf(double size) {
    // 78913 / 2^18 is log10(2): the result is right for the power of two below, or 1 too low.
    int low = (Math.getExponent(size) * 78913) >> 18;
    return size >= PowersOfTen.asDouble(low + 1) ? low + 1 : low;
  }

  /** Returns size x 10^power rounded, or -1 if it is too near the middle of two whole numbers. */
  private static long scaled(double size, int power) {
    double product = size * PowersOfTen.asDouble(power);
    long floor = (long) product;
    double rest = product - floor;
    if (Math.abs(rest - 0.5) < SAFE_DISTANCE) {
      return -1;
    }
    return rest > 0.5 ? floor + 1 : floor;
  }

  private static int putDouble(byte[] to, int at, double size) {
    if (size < Double.MIN_NORMAL) {
      return putSlowly(to, at, size, false);
    }
    int exponent = (Math.getExponent(size) * 78913) >> 18;
    long digits = ScaledDouble.round(size, DOUBLE_DIGITS - 1 - exponent);
    if (digits >= Decimals.power(DOUBLE_DIGITS)) {
      exponent++;
      digits = ScaledDouble.round(size, DOUBLE_DIGITS - 1 - exponent);
    }
    long six = ScaledDouble.round(size, SHORT_DIGITS - 1 - exponent);
    if (six < 100_000
        || six >= 1_000_000
        || digits < Decimals.power(DOUBLE_DIGITS - 1)
        || digits >= Decimals.power(DOUBLE_DIGITS)) {
      return putSlowly(to, at, size, false);
    }
    double back = DecimalToDouble.convert(six, exponent - SHORT_DIGITS + 1);
    if (Double.isNaN(back)) {
      return putSlowly(to, at, size, false);
    }
    return back == size
        ? format(to, at, six, SHORT_DIGITS, exponent)
        : format(to, at, digits, DOUBLE_DIGITS, exponent);
  }

  private static int putSlowly(byte[] to, int at, double size, boolean single) {
    BigDecimal exact = new BigDecimal(size);
    BigDecimal rounded = exact.round(new MathContext(SHORT_DIGITS, RoundingMode.HALF_EVEN));
    int precision = SHORT_DIGITS;
    String text = rounded.toString();
    if (single ? Float.parseFloat(text) != (float) size : Double.parseDouble(text) != size) {
      precision = single ? FLOAT_DIGITS : DOUBLE_DIGITS;
      rounded = exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
    }
    int exponent = rounded.precision() - rounded.scale() - 1;
    long digits = rounded.movePointRight(precision - 1 - exponent).longValueExact();
    return format(to, at, digits, precision, exponent);
  }

  /**
   * Writes digits as {@code %g} does.
   *
   * @param digits exactly {@code precision} digits
   * @param exponent the power of ten of the first one
   */
  private static int format(byte[] to, int at, long digits, int precision, int exponent) {
    long rest = digits;
    int count = precision;
    while (rest % 10 == 0) {
      rest /= 10;
      count--;
    }
    if (exponent < -4 || exponent >= precision) {
      return scientific(to, at, rest, count, exponent);
    }
    if (exponent < 0) {
      to[at] = '0';
      to[at + 1] = '.';
      int first = at + 1 - exponent;
      for (int i = at + 2; i < first; i++) {
        to[i] = '0';
      }
      Decimals.writeBefore(to, first + count, rest, count);
      return first + count;
    }
    int wholeDigits = exponent + 1;
    if (count <= wholeDigits) {
      int end = at + wholeDigits;
      Decimals.writeBefore(to, end, rest * Decimals.power(wholeDigits - count), wholeDigits);
      to[end] = '.';
      to[end + 1] = '0';
      return end + 2;
    }
    return pointed(to, at, rest, count, wholeDigits);
  }

  /** Writes digits with a point behind the first {@code whole} of them. */
  private static int pointed(byte[] to, int at, long digits, int count, int whole) {
    int end = at + count + 1;
    Decimals.writeBefore(to, end, digits, count);
    for (int i = at; i < at + whole; i++) {
      to[i] = to[i + 1];
    }
    to[at + whole] = '.';
    return end;
  }

  private static int scientific(byte[] to, int at, long digits, int count, int exponent) {
    int end;
    if (count == 1) {
      to[at] = (byte) ('0' + digits);
      end = at + 1;
    } else {
      end = pointed(to, at, digits, count, 1);
    }
    to[end] = 'e';
    to[end + 1] = (byte) (exponent < 0 ? '-' : '+');
    int size = Math.abs(exponent);
    int width = size < 100 ? 2 : 3;
    Decimals.writeBefore(to, end + 2 + width, size, width);
    return end + 2 + width;
  }
}
