package dev.sluice.client.show;

import com.google.protobuf.ByteString;

/**
 * Text from a server or a model for a terminal: control characters, which could move the cursor or
 * worse, are shown as escapes.
 */
public final class SafeText {
  private SafeText() {}

  /** Returns text of one or several lines. */
  public static String lines(String text) {
    StringBuilder safe = new StringBuilder();
    text.codePoints()
        .forEach(
            letter -> {
              if (letter == '\n') {
                safe.append('\n');
              } else {
                append(safe, letter);
              }
            });
    return safe.toString();
  }

  /**
   * Returns a string of a tensor, in quotes only where its ends would not be seen otherwise.
   *
   * @param inList true if others stand beside it, separated by commas
   */
  static String value(ByteString bytes, boolean inList) {
    if (!bytes.isValidUtf8()) {
      return "<" + bytes.size() + " bytes>";
    }
    String text = bytes.toStringUtf8();
    StringBuilder safe = new StringBuilder();
    text.codePoints().forEach(letter -> append(safe, letter));
    boolean quoted =
        text.isEmpty()
            || !text.strip().equals(text)
            || safe.length() != text.length()
            || text.indexOf('"') >= 0
            || (inList && text.chars().anyMatch(letter -> ",[]".indexOf(letter) >= 0));
    return quoted ? '"' + safe.toString().replace("\"", "\\\"") + '"' : text;
  }

  private static void append(StringBuilder out, int letter) {
    switch (letter) {
      case '\n' -> out.append("\\n");
      case '\t' -> out.append("\\t");
      case '\r' -> out.append("\\r");
      default -> {
        int type = Character.getType(letter);
        boolean unseen =
            type == Character.CONTROL
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.SURROGATE
                // Marks that turn the direction of writing; the joiners of emoji stay.
                || (type == Character.FORMAT && letter != '\u200d' && letter != '\u200c');
        if (unseen) {
          out.append("\\u%04x".formatted(letter));
        } else {
          out.appendCodePoint(letter);
        }
      }
    }
  }
}
