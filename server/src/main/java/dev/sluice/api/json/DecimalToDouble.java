package dev.sluice.api.json;

/**
 * Turns decimal mantissa and exponent into the nearest double, or float, without big numbers.
 *
 * <p>The general case is the method of Eisel and Lemire ("Number parsing at a gigabyte per second",
 * 2021): one or two 64 by 64 bit products with a 128-bit power of five give more bits than the
 * result has, and in the few cases where those do not decide the rounding it says so.
 */
final class DecimalToDouble {
  /** Whole numbers times such a power of ten are no subnormal floats. */
  static final int FLOAT_EXPONENT = 36;

  private static final int MANTISSA_BITS = 52;
  private static final int BIAS = 1023;

  /** Bits of the product below the mantissa and its rounding bit: all ones means "carry unsure". */
  private static final long UNSURE_MASK = (1L << (64 - MANTISSA_BITS - 3)) - 1;

  private DecimalToDouble() {}

  /**
   * Returns digits x 10^exponent, correctly rounded; NaN if that takes another way to find out, and
   * for results below the normal range.
   *
   * @param digits unsigned, not 0
   */
  static double convert(long digits, int exponent) {
    if (digits >>> (MANTISSA_BITS + 1) == 0
        && exponent >= -PowersOfTen.EXACT_DOUBLE
        && exponent <= PowersOfTen.EXACT_DOUBLE) {
      // Both operands are exact, so the one operation rounds correctly.
      return exponent < 0
          ? digits / PowersOfTen.asDouble(-exponent)
          : digits * PowersOfTen.asDouble(exponent);
    }
    if (exponent < PowersOfTen.MIN || exponent > PowersOfTen.MAX) {
      return Double.NaN;
    }
    return general(digits, exponent);
  }

  private static double general(long digits, int exponent) {
    int shift = Long.numberOfLeadingZeros(digits);
    long normalized = digits << shift;
    long power = PowersOfTen.high(exponent);
    long high = Math.unsignedMultiplyHigh(normalized, power);
    long low = normalized * power;
    if ((high & UNSURE_MASK) == UNSURE_MASK) {
      long more = Math.unsignedMultiplyHigh(normalized, PowersOfTen.low(exponent));
      low += more;
      if (Long.compareUnsigned(low, more) < 0) {
        high++;
      }
      if (low == -1L && (exponent < -27 || exponent > 55)) {
        return Double.NaN;
      }
    }
    return round(high, low, exponent, shift);
  }

  private static double round(long high, long low, int exponent, int shift) {
    int upper = (int) (high >>> 63);
    int drop = upper + 64 - MANTISSA_BITS - 3;
    long mantissa = high >>> drop; // 54 bits, the last of which rounds
    // 217706 / 2^16 is log2(10), near enough for these exponents.
    int binary = ((217706 * exponent) >> 16) + 63 + upper - shift + BIAS;
    if (binary <= 0) {
      return Double.NaN;
    }
    // Half-way cases are exact products, which only these exponents can give: round to even.
    if (Long.compareUnsigned(low, 1) <= 0
        && exponent >= -4
        && exponent <= 23
        && (mantissa & 3) == 1
        && mantissa << drop == high) {
      mantissa--;
    }
    mantissa = (mantissa + (mantissa & 1)) >>> 1;
    if (mantissa == 1L << (MANTISSA_BITS + 1)) {
      mantissa >>>= 1;
      binary++;
    }
    if (binary >= 2 * BIAS + 1) {
      return Double.POSITIVE_INFINITY;
    }
    long bits = (mantissa & ((1L << MANTISSA_BITS) - 1)) | ((long) binary << MANTISSA_BITS);
    return Double.longBitsToDouble(bits);
  }

  /**
   * Returns the float of the correctly rounded double of digits x 10^exponent, or NaN if this cheap
   * way does not settle it.
   *
   * @param digits positive
   * @param exponent at most {@link #FLOAT_EXPONENT} either way
   */
  static float convertToFloat(long digits, int exponent) {
    // Three roundings leave the double at most 2 units off. All doubles between two midpoints of
    // neighbouring floats become the same float, so that only matters next to a midpoint.
    double near = digits * PowersOfTen.asDouble(exponent);
    return isNearMidpoint(near) ? Float.NaN : (float) near;
  }

  /** Returns true if a few units more or less might make another float of a double. */
  static boolean isNearMidpoint(double value) {
    long below = Double.doubleToRawLongBits(value) & 0x1FFFFFFF;
    return Math.abs(below - 0x10000000) <= 8;
  }
}
