package dev.sluice.api.json;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Base64 as the reference reads it (rest.md §5): white space is skipped, padding is '=' or '.', and
 * is either absent or right.
 */
public final class Base64Text {
  private static final int SPACE = -2;
  private static final int PADDING = -3;
  private static final int OTHER = -1;
  private static final byte[] VALUES = new byte[256];

  static {
    Arrays.fill(VALUES, (byte) OTHER);
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < alphabet.length(); i++) {
      VALUES[alphabet.charAt(i)] = (byte) i;
    }
    for (char c : new char[] {' ', '\t', '\n', 0x0B, '\f', '\r'}) {
      VALUES[c] = SPACE;
    }
    VALUES['='] = PADDING;
    VALUES['.'] = PADDING;
  }

  private final @Nullable MemorySegment to;
  private final long at;
  private int written;

  private Base64Text(@Nullable MemorySegment to, long at) {
    this.to = to;
    this.at = at;
  }

  /**
   * Decodes the JSON string at {@code quote}, writing its bytes from {@code at} on unless {@code
   * to} is null.
   *
   * @return how many bytes there are, or -1 if it is no base64
   */
  public static int decode(byte[] bytes, int quote, @Nullable MemorySegment to, long at) {
    Base64Text text = new Base64Text(to, at);
    int end = JsonStrings.end(bytes, quote) - 1;
    for (int i = quote + 1; i < end; i++) {
      if (bytes[i] == '\\') {
        byte[] plain = JsonStrings.decode(bytes, quote);
        return text.decode(plain, 0, plain.length);
      }
    }
    return text.decode(bytes, quote + 1, end);
  }

  private int decode(byte[] bytes, int from, int to) {
    int bits = 0;
    int held = 0; // characters in bits
    int position = from;
    for (; position < to; position++) {
      int value = VALUES[bytes[position] & 0xFF];
      if (value >= 0) {
        bits = bits << 6 | value;
        if (++held == 4) {
          put(bits >> 16);
          put(bits >> 8);
          put(bits);
          bits = 0;
          held = 0;
        }
      } else if (value == PADDING) {
        break;
      } else if (value == OTHER) {
        return -1;
      }
    }
    if (held == 1) {
      return -1;
    }
    if (held > 1) {
      put(bits >> (6 * held - 8));
    }
    if (held == 3) {
      put(bits >> 2);
    }
    int padding = padding(bytes, position, to);
    return padding == 0 || (held > 0 && padding == 4 - held) ? written : -1;
  }

  /** Returns how many padding characters there are, or -1 if there is anything else but space. */
  private static int padding(byte[] bytes, int from, int to) {
    int count = 0;
    for (int i = from; i < to; i++) {
      int value = VALUES[bytes[i] & 0xFF];
      if (value == PADDING) {
        count++;
      } else if (value != SPACE) {
        return -1;
      }
    }
    return count;
  }

  private void put(int value) {
    if (to != null) {
      to.set(ValueLayout.JAVA_BYTE, at + written, (byte) value);
    }
    written++;
  }
}
