package dev.sluice.api.json;

import dev.sluice.servable.ServingException;

/** Checks the strings of a document. */
final class StringSyntax {
  private final byte[] bytes;
  private final int start;
  private final int end;

  StringSyntax(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  /** Returns the position behind the string whose opening quote is at {@code quote}. */
  int end(int quote) throws ServingException {
    int position = quote + 1;
    while (true) {
      position = plain(position);
      int c = peek(position);
      if (c == '"') {
        return position + 1;
      }
      if (c == 0) {
        throw error("Missing a closing quotation mark in string.", position);
      }
      if (c != '\\') {
        throw error("Invalid escape character in string.", position); // a bare control character
      }
      position = escape(position);
    }
  }

  /** Returns the first position from {@code from} on that needs care, or the end. */
  private int plain(int from) {
    int position = from;
    while (position <= end - 8) {
      int count = Swar.plain(Swar.load(bytes, position));
      position += count;
      if (count < 8) {
        return position;
      }
    }
    while (position < end) {
      int c = bytes[position];
      if (c == '"' || c == '\\' || (c >= 0 && c < 0x20)) {
        break;
      }
      position++;
    }
    return position;
  }

  /** Returns the position behind the escape at {@code backslash}, where its errors are told. */
  private int escape(int backslash) throws ServingException {
    return switch (peek(backslash + 1)) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> backslash + 2;
      case 'u' -> unicodeEscape(backslash);
      default -> throw error("Invalid escape character in string.", backslash);
    };
  }

  private int unicodeEscape(int backslash) throws ServingException {
    int unit = hex(backslash + 2, backslash);
    int position = backslash + 6;
    if (unit < 0xD800 || unit > 0xDBFF) {
      return position; // a low surrogate by itself is let through
    }
    if (peek(position) != '\\' || peek(position + 1) != 'u') {
      throw error("The surrogate pair in string is invalid.", backslash);
    }
    int low = hex(position + 2, backslash);
    if (low < 0xDC00 || low > 0xDFFF) {
      throw error("The surrogate pair in string is invalid.", backslash);
    }
    return position + 6;
  }

  private int hex(int position, int backslash) throws ServingException {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      int digit = Character.digit(peek(position + i), 16);
      if (digit < 0) {
        throw error("Incorrect hex digit after \\u escape in string.", backslash);
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private int peek(int position) {
    return position < end ? bytes[position] & 0xFF : 0;
  }

  private ServingException error(String reason, int position) {
    return JsonErrors.syntax(reason, position - start);
  }
}
