package dev.sluice.api.json;

import java.math.BigInteger;

/** Powers of ten, exact where a double holds them and as the first 128 bits elsewhere. */
final class PowersOfTen {
  /** The largest power of ten that a double holds exactly. */
  static final int EXACT_DOUBLE = 22;

  /** The range of exponents for which a 64-bit whole number may give a finite double but 0. */
  static final int MIN = -342;

  static final int MAX = 308;

  private static final int DOUBLE_RANGE = 64;

  /** 10^(i - DOUBLE_RANGE), each rounded once. */
  private static final double[] DOUBLES = new double[2 * DOUBLE_RANGE + 1];

  static {
    for (int i = 0; i < DOUBLES.length; i++) {
      DOUBLES[i] = Double.parseDouble("1e" + (i - DOUBLE_RANGE));
    }
  }

  private PowersOfTen() {}

  /** Returns 10^exponent, -64 to 64, rounded once; exact from 0 to 22. */
  static double asDouble(int exponent) {
    return DOUBLES[exponent + DOUBLE_RANGE];
  }

  /** Returns 10^exponent, 0 to 308, rounded once. */
  static double large(int exponent) {
    return exponent <= DOUBLE_RANGE ? asDouble(exponent) : Double.parseDouble("1e" + exponent);
  }

  /** Returns the upper half of 5^exponent, scaled to 128 bits of which the first is 1. */
  static long high(int exponent) {
    return Wide.HIGH[exponent - MIN];
  }

  /** Returns the lower half of 5^exponent, scaled to 128 bits of which the first is 1. */
  static long low(int exponent) {
    return Wide.LOW[exponent - MIN];
  }

  /** Filled when a number first needs it. Powers are cut off, and small reciprocals rounded up. */
  private static final class Wide {
    static final long[] HIGH = new long[MAX - MIN + 1];
    static final long[] LOW = new long[MAX - MIN + 1];

    static {
      BigInteger power = BigInteger.ONE;
      for (int exponent = 0; exponent <= -MIN; exponent++) {
        if (exponent <= MAX) {
          int excess = power.bitLength() - 128;
          set(exponent, excess >= 0 ? power.shiftRight(excess) : power.shiftLeft(-excess));
        }
        if (exponent > 0) {
          // The power is no power of two, so that the quotient has exactly 128 bits.
          BigInteger scale = BigInteger.ONE.shiftLeft(power.bitLength() + 127);
          BigInteger quotient = scale.divide(power);
          // Up to 5^27, which fits 64 bits, rounding up keeps exact products recognizable.
          set(-exponent, exponent <= 27 ? quotient.add(BigInteger.ONE) : quotient);
        }
        power = power.multiply(BigInteger.valueOf(5));
      }
    }

    private static void set(int exponent, BigInteger bits) {
      HIGH[exponent - MIN] = bits.shiftRight(64).longValue();
      LOW[exponent - MIN] = bits.longValue();
    }
  }
}
