package dev.sluice.api.json;

import java.nio.charset.StandardCharsets;

/**
 * Re-prints a value of a checked document for an error text (rest.md §3): objects over several
 * lines, arrays on one, and an end once the text is long enough, wherever that is.
 */
public final class ValueDump {
  /** No token is begun once the text is this long, so the recursion below is no deeper. */
  private static final int LENGTH_LIMIT = 256;

  private static final int INDENT = 4;

  private final byte[] bytes;
  private final JsonSink sink = new JsonSink(LENGTH_LIMIT + 64);
  private int depth;
  private int position;

  private ValueDump(byte[] bytes, int position) {
    this.bytes = bytes;
    this.position = position;
  }

  /** Returns the text of the value at a position. */
  public static String of(byte[] bytes, int position) {
    ValueDump dump = new ValueDump(bytes, position);
    dump.value("");
    return Utf8Text.decode(dump.sink.array(), 0, dump.sink.length());
  }

  /** Prints what separates a value from what came before, and the value; false once to stop. */
  private boolean value(String before) {
    if (isFull()) {
      return false;
    }
    sink.ascii(before);
    return switch (bytes[position]) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't', 'f', 'n' -> word();
      default -> number();
    };
  }

  private boolean isFull() {
    return sink.length() >= LENGTH_LIMIT;
  }

  private boolean object() {
    sink.put('{');
    depth++;
    position = ValueWalk.space(bytes, position + 1);
    boolean first = true;
    while (bytes[position] != '}') {
      if (isFull()) {
        return false;
      }
      sink.ascii(first ? "" : ",");
      newLine();
      string();
      position = ValueWalk.memberValue(bytes, position);
      if (!value(": ")) {
        return false;
      }
      position = ValueWalk.next(bytes, position);
      first = false;
    }
    if (isFull()) {
      return false;
    }
    depth--;
    if (!first) {
      newLine();
    }
    return closed('}');
  }

  private boolean array() {
    sink.put('[');
    depth++;
    position = ValueWalk.space(bytes, position + 1);
    boolean first = true;
    while (bytes[position] != ']') {
      if (!value(first ? "" : ", ")) {
        return false;
      }
      position = ValueWalk.next(bytes, position);
      first = false;
    }
    if (isFull()) {
      return false;
    }
    depth--;
    return closed(']');
  }

  private boolean closed(char bracket) {
    sink.put(bracket);
    position++;
    return true;
  }

  private void newLine() {
    sink.put('\n');
    sink.ascii(" ".repeat(INDENT * depth));
  }

  private boolean string() {
    JsonEscapes.writeQuoted(sink, JsonStrings.decode(bytes, position));
    position = JsonStrings.end(bytes, position);
    return true;
  }

  private boolean word() {
    int end = ValueWalk.scalarEnd(bytes, position);
    sink.put(bytes, position, end - position);
    position = end;
    return true;
  }

  /** Prints a number; NaN and the infinities have no text and end everything. */
  private boolean number() {
    int end = ValueWalk.scalarEnd(bytes, position);
    String text = new String(bytes, position, end - position, StandardCharsets.ISO_8859_1);
    NumberReader reader = new NumberReader(bytes, position);
    position = end;
    if (text.endsWith("N") || text.indexOf('I') >= 0) {
      return false;
    }
    if (reader.readUint64() || reader.restart().readInt64()) {
      sink.ascii(text.equals("-0") ? "0" : text);
    } else {
      sink.ascii(DumpedDouble.of(text));
    }
    return true;
  }
}
