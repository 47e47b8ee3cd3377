package dev.sluice.api.json;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Turns bytes into a String and back without loss, also where they are not valid UTF-8.
 *
 * <p>Error texts quote the client's bytes, and the reference sends those back unchanged. A byte
 * that is not part of valid UTF-8 becomes the lone surrogate U+DC00 + byte, which no valid text
 * contains.
 */
public final class Utf8Text {
  private static final int ESCAPE = 0xDC00;

  private Utf8Text() {}

  /** Returns the text of the bytes from {@code from} to {@code to}. */
  public static String decode(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] < 0) {
        return decodeSlowly(bytes, from, to);
      }
    }
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  private static String decodeSlowly(byte[] bytes, int from, int to) {
    StringBuilder text = new StringBuilder(to - from);
    int position = from;
    while (position < to) {
      int length = sequence(bytes, position, to);
      if (length == 0) {
        text.append((char) (ESCAPE + (bytes[position] & 0xFF)));
        position++;
      } else {
        text.append(new String(bytes, position, length, StandardCharsets.UTF_8));
        position += length;
      }
    }
    return text.toString();
  }

  /** Returns true if the bytes are valid UTF-8. */
  public static boolean isValid(MemorySegment text) {
    long size = text.byteSize();
    for (long i = 0; i < size; i++) {
      if (text.get(ValueLayout.JAVA_BYTE, i) < 0) {
        return isValid(text.toArray(ValueLayout.JAVA_BYTE));
      }
    }
    return true;
  }

  private static boolean isValid(byte[] text) {
    int position = 0;
    while (position < text.length) {
      int length = sequence(text, position, text.length);
      if (length == 0) {
        return false;
      }
      position += length;
    }
    return true;
  }

  /** Returns the length of the valid UTF-8 sequence at {@code at}, or 0 if there is none. */
  private static int sequence(byte[] bytes, int at, int to) {
    int first = bytes[at] & 0xFF;
    int length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length == 0 || first > 0xF4 || at + length > to) {
      return 0;
    }
    int code = length == 1 ? first : first & (0x7F >> length);
    for (int i = 1; i < length; i++) {
      int next = bytes[at + i] & 0xFF;
      if ((next & 0xC0) != 0x80) {
        return 0;
      }
      code = (code << 6) | (next & 0x3F);
    }
    boolean surrogate = code >= 0xD800 && code <= 0xDFFF;
    boolean overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    return surrogate || overlong || code > 0x10FFFF ? 0 : length;
  }

  /** Returns the bytes that {@link #decode} made the text of. */
  public static byte[] encode(String text) {
    JsonSink sink = new JsonSink(text.length() + 16);
    int position = 0;
    while (position < text.length()) {
      int code = text.codePointAt(position);
      position += Character.charCount(code);
      if (code >= ESCAPE + 0x80 && code <= ESCAPE + 0xFF) {
        sink.put(code - ESCAPE);
      } else {
        put(sink, code);
      }
    }
    return sink.toByteArray();
  }

  private static void put(JsonSink sink, int code) {
    if (code < 0x80) {
      sink.put(code);
    } else if (code < 0x800) {
      sink.put(0xC0 | (code >> 6));
      sink.put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      sink.put(0xE0 | (code >> 12));
      sink.put(0x80 | ((code >> 6) & 0x3F));
      sink.put(0x80 | (code & 0x3F));
    } else {
      sink.put(0xF0 | (code >> 18));
      sink.put(0x80 | ((code >> 12) & 0x3F));
      sink.put(0x80 | ((code >> 6) & 0x3F));
      sink.put(0x80 | (code & 0x3F));
    }
  }
}
