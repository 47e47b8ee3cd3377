package dev.sluice.api.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Arithmetic on eight bytes at once, held in a long whose lowest byte is the first. */
final class Swar {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Swar() {}

  /** Returns the eight bytes from {@code position} on, which must exist. */
  static long load(byte[] bytes, int position) {
    return (long) LONGS.get(bytes, position);
  }

  /** Returns how many bytes from the first on are ASCII digits, 0 to 8. */
  static int digits(long word) {
    // A digit is 0x3?, and stays so after adding 6. A carry out of a byte only spoils later bytes,
    // and such a byte (>= 0xFA) has already been told apart by the first term.
    long other =
        ((word & 0xF0F0F0F0F0F0F0F0L) ^ 0x3030303030303030L)
            | (((word + 0x0606060606060606L) & 0xF0F0F0F0F0F0F0F0L) ^ 0x3030303030303030L);
    return Long.numberOfTrailingZeros(other) >>> 3;
  }

  /** Returns the value of the first {@code count} bytes, 0 to 7 ASCII digits, in base ten. */
  static long decimal(long word, int count) {
    // Shifting the digits to the end leaves zero bytes in front, which count as leading zeros. In
    // two steps, for a shift by 64 would do nothing.
    return decimal(word << (56 - 8 * count) << 8);
  }

  /** Returns the value of eight ASCII digits in base ten. */
  static long decimal(long word) {
    long digits = word & 0x0F0F0F0F0F0F0F0FL;
    long pairs = (digits * 10 + (digits >>> 8)) & 0x00FF00FF00FF00FFL;
    long fours = (pairs * 100 + (pairs >>> 16)) & 0x0000FFFF0000FFFFL;
    return (fours * 10000 + (fours >>> 32)) & 0xFFFFFFFFL;
  }

  /**
   * Returns how many bytes from the first on need no care inside a JSON string, 0 to 8: neither
   * quote nor backslash nor control character.
   */
  static int plain(long word) {
    long quote = word ^ 0x2222222222222222L;
    long backslash = word ^ 0x5C5C5C5C5C5C5C5CL;
    // (x - n) & ~x sets the high bit of a byte below n; false hits only follow a true one.
    long found =
        ((word - 0x2020202020202020L) & ~word)
            | ((quote - 0x0101010101010101L) & ~quote)
            | ((backslash - 0x0101010101010101L) & ~backslash);
    return Long.numberOfTrailingZeros(found & HIGH_BITS) >>> 3;
  }
}
