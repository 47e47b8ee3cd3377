package dev.sluice.api.json;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads strings of a checked document; positions are those of opening quotes. */
public final class JsonStrings {
  private JsonStrings() {}

  /** Returns the position behind the string. */
  public static int end(byte[] bytes, int quote) {
    int position = quote + 1;
    while (true) {
      position = plainEnd(bytes, position);
      if (bytes[position] == '"') {
        return position + 1;
      }
      position += 2; // an escape; what follows \\u is plain
    }
  }

  /** Returns the first position from {@code from} on that holds a quote or a backslash. */
  static int plainEnd(byte[] bytes, int from) {
    int position = from;
    while (position <= bytes.length - 8) {
      int count = Swar.plain(Swar.load(bytes, position));
      position += count;
      if (count < 8) {
        return position;
      }
    }
    while (bytes[position] != '"' && bytes[position] != '\\') {
      position++;
    }
    return position;
  }

  /** Returns true if the string up to {@code end}, which is behind it, is an ASCII word. */
  public static boolean matches(byte[] bytes, int quote, int end, String word) {
    int length = end - quote - 2;
    if (length == word.length()) {
      for (int i = 0; i < length; i++) {
        if (bytes[quote + 1 + i] != word.charAt(i)) {
          return false;
        }
      }
      return true;
    }
    return length > word.length()
        && hasEscape(bytes, quote, end)
        && text(bytes, quote).equals(word);
  }

  private static boolean hasEscape(byte[] bytes, int quote, int end) {
    return plainEnd(bytes, quote + 1) != end - 1;
  }

  /** Returns the string's text. */
  public static String text(byte[] bytes, int quote) {
    int end = end(bytes, quote);
    if (!hasEscape(bytes, quote, end)) {
      return Utf8Text.decode(bytes, quote + 1, end - 1);
    }
    byte[] decoded = decode(bytes, quote);
    return Utf8Text.decode(decoded, 0, decoded.length);
  }

  /** Returns the bytes that the string stands for. */
  public static byte[] decode(byte[] bytes, int quote) {
    byte[] decoded = new byte[decodedLength(bytes, quote)];
    decode(bytes, quote, MemorySegment.ofArray(decoded), 0);
    return decoded;
  }

  /** Returns how many bytes the string stands for. */
  public static int decodedLength(byte[] bytes, int quote) {
    int position = plainEnd(bytes, quote + 1);
    int length = position - quote - 1;
    while (bytes[position] != '"') {
      int after;
      if (bytes[position + 1] == 'u') {
        int code = codePoint(bytes, position);
        after = position + (code >= 0x10000 ? 12 : 6);
        length += utf8Length(code);
      } else {
        after = position + 2;
        length++;
      }
      position = plainEnd(bytes, after);
      length += position - after;
    }
    return length;
  }

  /**
   * Writes the bytes that the string stands for at {@code at}; returns the position behind them.
   */
  public static long decode(byte[] bytes, int quote, MemorySegment to, long at) {
    long written = at;
    int from = quote + 1;
    while (true) {
      int position = plainEnd(bytes, from);
      MemorySegment.copy(bytes, from, to, ValueLayout.JAVA_BYTE, written, position - from);
      written += position - from;
      if (bytes[position] == '"') {
        return written;
      }
      if (bytes[position + 1] == 'u') {
        int code = codePoint(bytes, position);
        from = position + (code >= 0x10000 ? 12 : 6);
        written = putUtf8(to, written, code);
      } else {
        from = position + 2;
        to.set(ValueLayout.JAVA_BYTE, written++, unescaped(bytes[position + 1]));
      }
    }
  }

  private static byte unescaped(byte letter) {
    return switch (letter) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> letter;
    };
  }

  /** Returns the code point of one escape, or of two if the first is a high surrogate. */
  private static int codePoint(byte[] bytes, int backslash) {
    int unit = hex(bytes, backslash + 2);
    if (unit < 0xD800 || unit > 0xDBFF) {
      return unit;
    }
    return 0x10000 + ((unit - 0xD800) << 10 | hex(bytes, backslash + 8) - 0xDC00);
  }

  private static int hex(byte[] bytes, int from) {
    int value = 0;
    for (int i = from; i < from + 4; i++) {
      value = value << 4 | Character.digit(bytes[i], 16);
    }
    return value;
  }

  private static int utf8Length(int code) {
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }

  /** Writes a code point; a lone low surrogate becomes three bytes, as in the reference. */
  private static long putUtf8(MemorySegment to, long at, int code) {
    int length = utf8Length(code);
    if (length == 1) {
      to.set(ValueLayout.JAVA_BYTE, at, (byte) code);
      return at + 1;
    }
    int rest = code;
    for (int i = length - 1; i > 0; i--) {
      to.set(ValueLayout.JAVA_BYTE, at + i, (byte) (0x80 | (rest & 0x3F)));
      rest >>= 6;
    }
    int lead = 0xF0 << (4 - length) & 0xFF;
    to.set(ValueLayout.JAVA_BYTE, at, (byte) (lead | rest));
    return at + length;
  }
}
