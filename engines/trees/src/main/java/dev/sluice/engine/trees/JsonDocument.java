package dev.sluice.engine.trees;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * JSON as XGBoost writes it: RFC 8259, with NaN, Infinity and -Infinity among the numbers.
 *
 * <p>An own reader, since it is small beside its UBJSON sibling, which no library has in a form
 * that reads front to back.
 */
final class JsonDocument extends Document {
  /** Old versions wrote long mantissas; nothing is longer than this. */
  private static final int LONGEST_WORD = 128;

  private final ByteReader in;
  private final byte[] word = new byte[LONGEST_WORD];

  JsonDocument(ByteReader in) {
    this.in = in;
  }

  @Override
  void fieldsBehindBrace(Field field) throws IOException {
    if (nextIs('}')) {
      return;
    }
    do {
      String name = text();
      expect(':');
      field.read(name);
    } while (more('}'));
  }

  @Override
  void fields(Field field) throws IOException {
    expect('{');
    fieldsBehindBrace(field);
  }

  @Override
  void items(Item item) throws IOException {
    expect('[');
    if (nextIs(']')) {
      return;
    }
    do {
      item.read();
    } while (more(']'));
  }

  @Override
  void end() throws IOException {
    if (start() != ByteReader.END) {
      throw unexpected("the end of the file");
    }
  }

  @Override
  String text() throws IOException {
    expect('"');
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int c = in.require(); c != '"'; c = in.require()) {
      if (c == '\\') {
        escaped(bytes);
      } else {
        bytes.write(c);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private void escaped(ByteArrayOutputStream bytes) throws IOException {
    int c = in.require();
    switch (c) {
      case 'n' -> bytes.write('\n');
      case 't' -> bytes.write('\t');
      case 'r' -> bytes.write('\r');
      case 'b' -> bytes.write('\b');
      case 'f' -> bytes.write('\f');
      case 'u' -> {
        int code = 0;
        for (int i = 0; i < 4; i++) {
          code = code << 4 | Math.max(0, Character.digit(in.require(), 16));
        }
        bytes.writeBytes(Character.toString(code).getBytes(StandardCharsets.UTF_8));
      }
      default -> bytes.write(c);
    }
  }

  @Override
  long whole() throws IOException {
    String text = word();
    return switch (text) {
      case "true" -> 1;
      case "false" -> 0;
      default -> parseWhole(text);
    };
  }

  private long parseWhole(String text) throws ModelFormatException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw unexpected("a whole number", text);
    }
  }

  @Override
  float real() throws IOException {
    String text = word();
    try {
      return Numbers.single(text);
    } catch (NumberFormatException e) {
      throw unexpected("a number", text);
    }
  }

  @Override
  void skip() throws IOException {
    switch (start()) {
      case '{' -> object(name -> skip());
      case '[' -> array(this::skip);
      case '"' -> text();
      default -> word();
    }
  }

  /** Reads a number, or one of JSON's words. */
  private String word() throws IOException {
    int length = 0;
    int c = start();
    while (Character.isLetterOrDigit(c) || c == '-' || c == '+' || c == '.') {
      if (length == LONGEST_WORD) {
        throw unexpected("a number");
      }
      word[length++] = (byte) in.next();
      c = in.peek();
    }
    if (length == 0) {
      throw unexpected("a value");
    }
    return new String(word, 0, length, StandardCharsets.ISO_8859_1);
  }

  /** Takes the comma that another element follows, or the end, and then returns false. */
  private boolean more(char end) throws IOException {
    if (nextIs(end)) {
      return false;
    }
    expect(',');
    return true;
  }

  private boolean nextIs(char wanted) throws IOException {
    if (start() != wanted) {
      return false;
    }
    in.next();
    return true;
  }

  private void expect(char wanted) throws IOException {
    if (!nextIs(wanted)) {
      throw unexpected(String.valueOf(wanted));
    }
  }

  /** Passes over white space, and returns the byte behind it without taking that. */
  private int start() throws IOException {
    int c = in.peek();
    while (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      in.next();
      c = in.peek();
    }
    return c;
  }

  private ModelFormatException unexpected(String expected) throws IOException {
    int found = in.peek();
    return unexpected(
        expected, found == ByteReader.END ? "the end of the file" : Character.toString(found));
  }

  private ModelFormatException unexpected(String expected, String found) {
    return new ModelFormatException(
        "expected " + expected + " at byte " + in.position() + ", found " + found);
  }
}
