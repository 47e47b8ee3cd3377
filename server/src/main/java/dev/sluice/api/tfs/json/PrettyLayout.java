package dev.sluice.api.tfs.json;

import dev.sluice.api.json.JsonEscapes;
import dev.sluice.api.json.JsonSink;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The reference's white space (rest.md §7.4): four spaces a level, members on their own lines, and
 * arrays either so too or on one line.
 */
final class PrettyLayout {
  private static final int INDENT = 4;

  private final JsonSink sink;
  private int depth;
  private boolean singleLine;

  PrettyLayout(JsonSink sink) {
    this.sink = sink;
  }

  JsonSink sink() {
    return sink;
  }

  /** Says whether arrays are on one line from here on. */
  void setSingleLine(boolean on) {
    singleLine = on;
  }

  /** Opens an array or object. */
  void open(char bracket) {
    sink.put(bracket);
    depth++;
  }

  /** Closes an array or object; an empty one stays together. */
  void close(char bracket, boolean empty) {
    depth--;
    if (!empty && (bracket == '}' || !singleLine)) {
      newLine();
    }
    sink.put(bracket);
  }

  /** Writes what is in front of an array element. */
  void element(boolean first) {
    if (!first) {
      sink.put(',');
    }
    if (!singleLine) {
      newLine();
    } else if (!first) {
      sink.put(' ');
    }
  }

  /** Writes what is in front of an object member's value. */
  void name(String name, boolean first) {
    if (!first) {
      sink.put(',');
    }
    newLine();
    JsonEscapes.writeQuoted(sink, name.getBytes(StandardCharsets.UTF_8));
    sink.put(':');
    sink.put(' ');
  }

  private void newLine() {
    int spaces = INDENT * depth;
    byte[] to = sink.reserve(spaces + 1);
    int at = sink.length();
    to[at] = '\n';
    Arrays.fill(to, at + 1, at + 1 + spaces, (byte) ' ');
    sink.setLength(at + 1 + spaces);
  }
}
