package dev.sluice.api.json;

/** Doubles times powers of ten, rounded to whole numbers. */
final class ScaledDouble {
  private static final int WORD = 64;

  private ScaledDouble() {}

  /**
   * Returns value x 10^power, rounded to a whole number; -1 if it is out of range, or so near to
   * the middle of two whole numbers that 128 bits of the power do not tell them apart.
   *
   * @param value positive and normal
   */
  static long round(double value, int power) {
    if (power < PowersOfTen.MIN || power > PowersOfTen.MAX) {
      return -1;
    }
    // value = mantissa x 2^(exponent - 63), 10^power = factor x 2^(log2 - 127): the 192-bit product
    // of mantissa and factor is known but for its lowest 64 bits, and 1 more or less above those.
    long bits = Double.doubleToRawLongBits(value);
    long mantissa = bits << 11 | Long.MIN_VALUE;
    int exponent = Math.getExponent(value);
    int log2 = (217706 * power) >> 16;
    long factor = PowersOfTen.high(power);
    long middle = mantissa * factor;
    long high = Math.unsignedMultiplyHigh(mantissa, factor);
    long more = Math.unsignedMultiplyHigh(mantissa, PowersOfTen.low(power));
    middle += more;
    if (Long.compareUnsigned(middle, more) < 0) {
      high++;
    }
    // Its highest 64 bits stand for multiples of 2^(exponent + log2 - 62).
    int fractionBits = WORD - 2 - exponent - log2;
    if (fractionBits < 1 || fractionBits >= WORD) {
      return -1;
    }
    long whole = high >>> fractionBits;
    long fraction = high & ((1L << fractionBits) - 1);
    long half = 1L << (fractionBits - 1);
    boolean unsure =
        (fraction == half && middle >= 0 && middle <= 2)
            || (fraction == half - 1 && middle >= -2 && middle < 0);
    if (unsure) {
      return -1;
    }
    return fraction >= half ? whole + 1 : whole;
  }
}
