package dev.sluice.api.json;

import java.math.BigInteger;

/**
 * Re-prints a double literal as the reference does in its error texts, to the digit.
 *
 * <p>The reference reads literals with one or two roundings too many, and prints by Grisu2 (F.
 * Loitsch, "Printing floating-point numbers quickly and accurately with integers", 2010), whose
 * digits read back right but are not always the nearest or the fewest. Used for texts only: values
 * come from {@link NumberReader}, which is exact.
 */
final class DumpedDouble {
  private static final int POWER_STEP = 8;
  private static final int FIRST_POWER = -348;

  /** Beyond this an exponent makes 0 of any literal, or was refused. */
  private static final int LARGEST_EXPONENT = 100_000_000;

  /** Behind so many fractional digits the reference does not round to the nearest any more. */
  private static final int ROUNDED_DIGITS = 9;

  private final StringBuilder digits = new StringBuilder(20);

  /** The power of ten of the last digit. */
  private int exponent;

  private DumpedDouble() {}

  /** Returns the text of a literal that is not whole or larger than 64 bits. */
  static String of(String literal) {
    double value = read(literal);
    String sign = literal.startsWith("-") ? "-" : "";
    if (value < Double.MIN_NORMAL) {
      return sign + "0.0";
    }
    DumpedDouble dumped = new DumpedDouble();
    dumped.generate(value);
    return sign + dumped.layout();
  }

  /** Reads the absolute value: digits into a long while that is exact, then into a double. */
  private static double read(String literal) {
    int at = literal.startsWith("-") ? 1 : 0;
    long limit = at == 1 ? Long.MIN_VALUE : -1; // unsigned
    long whole = 0;
    int significant = -1; // the first digit does not count
    for (; isDigit(literal, at) && fits(whole, literal.charAt(at) - '0', limit); at++) {
      whole = 10 * whole + literal.charAt(at) - '0';
      significant++;
    }
    double value = unsigned(whole);
    boolean exact = true;
    for (; isDigit(literal, at); at++) {
      value = value * 10 + (literal.charAt(at) - '0');
      exact = false;
    }
    int scale = 0;
    if (at < literal.length() && literal.charAt(at) == '.') {
      at++;
      for (; exact && isDigit(literal, at) && whole >>> 53 == 0; at++) {
        whole = 10 * whole + literal.charAt(at) - '0';
        significant += whole == 0 ? 0 : 1;
        scale--;
      }
      value = exact ? unsigned(whole) : value;
      for (; isDigit(literal, at); at++) {
        if (significant < 17) {
          value = value * 10 + (literal.charAt(at) - '0');
          significant += value > 0 ? 1 : 0;
          scale--;
        }
      }
    }
    return scaled(value, scale + exponent(literal, at));
  }

  private static boolean isDigit(String text, int at) {
    return at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
  }

  private static boolean fits(long value, int digit, long limit) {
    long most = Long.divideUnsigned(limit - digit, 10);
    return Long.compareUnsigned(value, most) <= 0;
  }

  private static double unsigned(long value) {
    return value >= 0 ? value : new BigInteger(Long.toUnsignedString(value)).doubleValue();
  }

  private static int exponent(String literal, int at) {
    boolean negative = literal.startsWith("-", at + 1);
    int size = 0;
    for (int i = at + 1; i < literal.length(); i++) {
      if (isDigit(literal, i)) {
        size = Math.min(10 * size + literal.charAt(i) - '0', LARGEST_EXPONENT);
      }
    }
    return negative ? -size : size;
  }

  private static double scaled(double value, int power) {
    if (power < -308) {
      double near = value / 1e308;
      return power + 308 < -308 ? 0 : near / PowersOfTen.large(-308 - power);
    }
    return power < 0 ? value / PowersOfTen.large(-power) : value * PowersOfTen.large(power);
  }

  /** Finds the digits of a positive, normal value. */
  private void generate(double value) {
    long bits = Double.doubleToRawLongBits(value);
    long hidden = 1L << 52;
    long fraction = (bits & (hidden - 1)) | hidden;
    int binary = Math.getExponent(value) - 63;
    long upper = (fraction << 11) + (1L << 10);
    long lower = (fraction << 11) - (fraction == hidden ? 1L << 9 : 1L << 10);
    // Scaled by a power of ten so that few enough bits stand in front of the binary point.
    double wanted = (-61 - binary) * 0.30102999566398114 + 347;
    int index = ((int) Math.ceil(wanted) >> 3) + 1;
    int power = FIRST_POWER + POWER_STEP * index;
    exponent = -power;
    long[] cached = power(power);
    long scaledUpper = times(upper, cached[0]) - 1;
    long scaledLower = times(lower, cached[0]) + 1;
    long distance = scaledUpper - times(fraction << 11, cached[0]);
    int point = -(int) (binary + cached[1] + 64);
    generate(scaledUpper, scaledUpper - scaledLower, distance, point);
  }

  /** Emits digits of {@code number} until what is left is within {@code width}. */
  private void generate(long number, long width, long distance, int point) {
    long whole = number >>> point;
    long mask = (1L << point) - 1;
    long rest = number & mask;
    for (int left = Decimals.count(whole) - 1; left >= 0; left--) {
      long unit = Decimals.power(left);
      emit(whole / unit);
      whole %= unit;
      long remaining = (whole << point) + rest;
      if (Long.compareUnsigned(remaining, width) <= 0) {
        exponent += left;
        adjust(width, remaining, unit << point, distance);
        return;
      }
    }
    long scaledWidth = width;
    for (int place = 1; ; place++) {
      rest *= 10;
      scaledWidth *= 10;
      emit(rest >>> point);
      rest &= mask;
      if (Long.compareUnsigned(rest, scaledWidth) < 0) {
        exponent -= place;
        long unit = place < ROUNDED_DIGITS ? Decimals.power(place) : 0;
        adjust(scaledWidth, rest, 1L << point, distance * unit);
        return;
      }
    }
  }

  private void emit(long digit) {
    if (digit != 0 || !digits.isEmpty()) {
      digits.append((char) ('0' + digit));
    }
  }

  /** Lowers the last digit as long as that leads nearer to the value. */
  private void adjust(long width, long remaining, long unit, long distance) {
    long rest = remaining;
    int last = digits.length() - 1;
    while (Long.compareUnsigned(rest, distance) < 0
        && Long.compareUnsigned(width - rest, unit) >= 0
        && (Long.compareUnsigned(rest + unit, distance) < 0
            || Long.compareUnsigned(distance - rest, rest + unit - distance) > 0)) {
      digits.setCharAt(last, (char) (digits.charAt(last) - 1));
      rest += unit;
    }
  }

  /** Returns the upper half of a product, rounded. */
  private static long times(long a, long b) {
    return Math.unsignedMultiplyHigh(a, b) + ((a * b) >>> 63);
  }

  /** Returns 64 bits f of a power of ten, rounded, and the e in f x 2^e. */
  private static long[] power(int exponent) {
    BigInteger ten = BigInteger.TEN.pow(Math.abs(exponent));
    int shift = exponent < 0 ? ten.bitLength() + 192 : 192;
    BigInteger fixed =
        exponent < 0 ? BigInteger.ONE.shiftLeft(shift).divide(ten) : ten.shiftLeft(shift);
    int drop = fixed.bitLength() - 64;
    BigInteger rounded = fixed.shiftRight(drop - 1).add(BigInteger.ONE).shiftRight(1);
    return new long[] {rounded.longValue(), drop - shift};
  }

  private String layout() {
    int count = digits.length();
    int point = count + exponent; // digits in front of the decimal point
    if (exponent >= 0 && point <= 21) {
      return digits + "0".repeat(exponent) + ".0";
    }
    if (point > 0 && point <= 21) {
      return digits.insert(point, '.').toString();
    }
    if (point > -6 && point <= 0) {
      return "0." + "0".repeat(-point) + digits;
    }
    if (count > 1) {
      digits.insert(1, '.');
    }
    return digits + "e" + (point - 1);
  }
}
