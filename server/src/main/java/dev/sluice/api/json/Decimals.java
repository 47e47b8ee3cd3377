package dev.sluice.api.json;

/** Whole numbers as ASCII digits. */
final class Decimals {
  private static final byte[] PAIRS = new byte[200];
  private static final long[] POWERS = new long[19];

  static {
    for (int i = 0; i < 100; i++) {
      PAIRS[2 * i] = (byte) ('0' + i / 10);
      PAIRS[2 * i + 1] = (byte) ('0' + i % 10);
    }
    POWERS[0] = 1;
    for (int i = 1; i < POWERS.length; i++) {
      POWERS[i] = 10 * POWERS[i - 1];
    }
  }

  private Decimals() {}

  /** Returns 10 to the power of {@code exponent}, 0 to 18. */
  static long power(int exponent) {
    return POWERS[exponent];
  }

  /** Returns how many digits a value that is not negative has, at least 1. */
  static int count(long value) {
    // log10(2) is about 1233 / 4096: an estimate that is right or one too low.
    int estimate = ((64 - Long.numberOfLeadingZeros(value | 1)) * 1233) >>> 12;
    return estimate < POWERS.length && value >= POWERS[estimate]
        ? estimate + 1
        : Math.max(1, estimate);
  }

  /** Writes a value that is not negative at {@code at}; returns the position behind it. */
  static int write(byte[] to, int at, long value) {
    int end = at + count(value);
    writeBefore(to, end, value, end - at);
    return end;
  }

  /**
   * Writes the last {@code digits} digits of a value, zeros in front included, up to {@code end}.
   */
  static void writeBefore(byte[] to, int end, long value, int digits) {
    int position = end;
    long rest = value;
    int left = digits;
    while (left >= 2) {
      long quotient = rest / 100;
      int pair = 2 * (int) (rest - 100 * quotient);
      to[position - 1] = PAIRS[pair + 1];
      to[position - 2] = PAIRS[pair];
      position -= 2;
      left -= 2;
      rest = quotient;
    }
    if (left == 1) {
      to[position - 1] = (byte) ('0' + rest % 10);
    }
  }
}
