package dev.sluice.api.json;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Writes JSON strings (rest.md §7.4): short escapes where JSON has them, {@code \}{@code u00XX} for
 * other control characters, everything else verbatim, valid UTF-8 or not.
 */
public final class JsonEscapes {
  private static final String HEX = "0123456789ABCDEF";
  private static final byte[] SHORT = new byte[128];

  static {
    SHORT['"'] = '"';
    SHORT['\\'] = '\\';
    SHORT['\b'] = 'b';
    SHORT['\f'] = 'f';
    SHORT['\n'] = 'n';
    SHORT['\r'] = 'r';
    SHORT['\t'] = 't';
  }

  private JsonEscapes() {}

  /** Writes bytes as a JSON string with its quotes. */
  public static void writeQuoted(JsonSink sink, byte[] bytes) {
    writeQuoted(sink, bytes, 0, bytes.length);
  }

  /** Writes the bytes from {@code from} to {@code to} as a JSON string with its quotes. */
  public static void writeQuoted(JsonSink sink, byte[] bytes, int from, int to) {
    sink.put('"');
    writeEscaped(sink, bytes, from, to);
    sink.put('"');
  }

  private static void writeEscaped(JsonSink sink, byte[] bytes, int from, int to) {
    int done = from;
    for (int i = from; i < to; i++) {
      int c = bytes[i];
      if (!needsEscape(c)) {
        continue;
      }
      sink.put(bytes, done, i - done);
      done = i + 1;
      writeEscape(sink, c);
    }
    sink.put(bytes, done, to - done);
  }

  private static boolean needsEscape(int c) {
    return c == '"' || c == '\\' || (c >= 0 && c < 0x20);
  }

  private static void writeEscape(JsonSink sink, int c) {
    sink.put('\\');
    if (SHORT[c] != 0) {
      sink.put(SHORT[c]);
    } else {
      sink.put('u');
      sink.put('0');
      sink.put('0');
      sink.put(HEX.charAt(c >> 4));
      sink.put(HEX.charAt(c & 15));
    }
  }

  /** Writes native bytes as a JSON string with its quotes; {@code length} is below 2 GiB. */
  public static void writeQuoted(JsonSink sink, MemorySegment data, long from, int length) {
    sink.put('"');
    byte[] array = sink.reserve(length);
    int start = sink.length();
    MemorySegment.copy(data, ValueLayout.JAVA_BYTE, from, array, start, length);
    for (int i = start; i < start + length; i++) {
      int c = array[i];
      if (needsEscape(c)) {
        byte[] rest = Arrays.copyOfRange(array, i, start + length);
        sink.setLength(i);
        writeEscaped(sink, rest, 0, rest.length);
        sink.put('"');
        return;
      }
    }
    sink.setLength(start + length);
    sink.put('"');
  }
}
