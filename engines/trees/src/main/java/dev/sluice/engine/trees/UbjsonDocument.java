package dev.sluice.engine.trees;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * UBJSON (draft 12) as XGBoost writes it: arrays may have a length and a type, objects have
 * neither.
 */
final class UbjsonDocument extends Document {
  /** No element of an array with a type is waiting. */
  private static final int NONE = 0;

  private final ByteReader in;

  /** The type of the next value if its array says it; it then has no marker of its own. */
  private int implied = NONE;

  UbjsonDocument(ByteReader in) {
    this.in = in;
  }

  @Override
  void fieldsBehindBrace(Field field) throws IOException {
    if (in.peek() == '#' || in.peek() == '$') {
      throw new ModelFormatException("objects with a length are not supported");
    }
    while (in.peek() != '}') {
      String name = characters();
      field.read(name);
    }
    in.require();
  }

  @Override
  void fields(Field field) throws IOException {
    expect("an object", '{');
    fieldsBehindBrace(field);
  }

  @Override
  void items(Item item) throws IOException {
    expect("an array", '[');
    if (in.peek() == '$') {
      in.require();
      int type = in.require();
      long count = count(elementBytes(type));
      for (long i = 0; i < count; i++) {
        implied = type;
        item.read();
      }
    } else if (in.peek() == '#') {
      long count = count(1);
      for (long i = 0; i < count; i++) {
        item.read();
      }
    } else {
      while (in.peek() != ']') {
        item.read();
      }
      in.require();
    }
  }

  private long count(int elementBytes) throws IOException {
    if (in.require() != '#') {
      throw unexpected("the length of an array", "another marker");
    }
    long count = size();
    if (count > in.left() / elementBytes) {
      throw new ModelFormatException(
          "an array of %d elements at byte %d goes beyond the end of the file"
              .formatted(count, in.position()));
    }
    return count;
  }

  private int elementBytes(int type) throws IOException {
    return switch (type) {
      case 'i', 'U' -> 1;
      case 'I' -> 2;
      case 'l', 'd' -> 4;
      case 'L', 'D' -> 8;
      default -> throw unexpected("a type of numbers", type);
    };
  }

  @Override
  void end() throws IOException {
    if (in.peek() != ByteReader.END) {
      throw unexpected("the end of the file", in.peek());
    }
  }

  @Override
  String text() throws IOException {
    expect("a text", 'S');
    return characters();
  }

  private String characters() throws IOException {
    long size = size();
    if (size > in.left()) {
      throw new ModelFormatException(
          "a text of %d bytes at byte %d goes beyond the end of the file"
              .formatted(size, in.position()));
    }
    byte[] bytes = new byte[Math.toIntExact(size)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) in.require();
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private long size() throws IOException {
    int marker = in.require();
    long size = whole(marker);
    if (size < 0 || size > Integer.MAX_VALUE) {
      throw unexpected("a length", String.valueOf(size));
    }
    return size;
  }

  @Override
  long whole() throws IOException {
    return whole(marker());
  }

  private long whole(int marker) throws IOException {
    return switch (marker) {
      case 'i' -> in.bigEndian(1);
      case 'U' -> in.require();
      case 'I' -> in.bigEndian(2);
      case 'l' -> in.bigEndian(4);
      case 'L' -> in.bigEndian(8);
      case 'T' -> 1;
      case 'F' -> 0;
      default -> throw unexpected("a whole number", marker);
    };
  }

  @Override
  float real() throws IOException {
    int marker = marker();
    return switch (marker) {
      case 'd' -> Float.intBitsToFloat((int) in.bigEndian(4));
      case 'D' -> (float) Double.longBitsToDouble(in.bigEndian(8));
      default -> whole(marker);
    };
  }

  @Override
  void skip() throws IOException {
    int type = implied == NONE ? in.peek() : implied;
    switch (type) {
      case '{' -> object(name -> skip());
      case '[' -> array(this::skip);
      case 'S' -> text();
      case 'Z' -> in.require();
      default -> real();
    }
  }

  private int marker() throws IOException {
    int marker = implied == NONE ? in.require() : implied;
    implied = NONE;
    return marker;
  }

  private void expect(String what, int wanted) throws IOException {
    int found = marker();
    if (found != wanted) {
      throw unexpected(what, found);
    }
  }

  private IOException unexpected(String expected, int marker) {
    return unexpected(
        expected, marker == ByteReader.END ? "the end of the file" : "marker " + marker);
  }

  private IOException unexpected(String expected, String found) {
    return new ModelFormatException(
        "expected " + expected + " at byte " + in.position() + ", found " + found);
  }
}
