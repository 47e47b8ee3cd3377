package dev.sluice.api.json;

/** Finds its way through a checked document. */
public final class ValueWalk {
  private ValueWalk() {}

  /** Returns the first position from {@code from} on that is no white space. */
  public static int space(byte[] bytes, int from) {
    int position = from;
    while (bytes[position] <= ' ' && bytes[position] > 0) {
      position++;
    }
    return position;
  }

  /** Returns the position behind the value at {@code position}; nesting costs nothing. */
  public static int end(byte[] bytes, int position) {
    return switch (bytes[position]) {
      case '"' -> JsonStrings.end(bytes, position);
      case '[', '{' -> containerEnd(bytes, position);
      default -> scalarEnd(bytes, position);
    };
  }

  private static int containerEnd(byte[] bytes, int open) {
    int depth = 1;
    int position = open + 1;
    while (depth > 0) {
      switch (bytes[position]) {
        case '"' -> position = JsonStrings.end(bytes, position) - 1;
        case '[', '{' -> depth++;
        case ']', '}' -> depth--;
        default -> {}
      }
      position++;
    }
    return position;
  }

  /** A number or word ends before a comma, a bracket, white space, or the end of the document. */
  public static int scalarEnd(byte[] bytes, int from) {
    int position = from;
    while (position < bytes.length) {
      int c = bytes[position];
      boolean digit = c >= '0' && c <= '9';
      boolean letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
      if (!digit && !letter && c != '-' && c != '+' && c != '.') {
        break;
      }
      position++;
    }
    return position;
  }

  /** Returns the position of the value of the member whose name ends before {@code nameEnd}. */
  public static int memberValue(byte[] bytes, int nameEnd) {
    int colon = space(bytes, nameEnd);
    return space(bytes, colon + 1);
  }

  /**
   * Returns the position of what follows a value: the next value or name of the container, or its
   * closing bracket.
   */
  public static int next(byte[] bytes, int valueEnd) {
    int position = space(bytes, valueEnd);
    return bytes[position] == ',' ? space(bytes, position + 1) : position;
  }

  /** Returns true if the value is an object with the one member b64, a string (rest.md §5). */
  static boolean isBase64(byte[] bytes, int position) {
    return base64Text(bytes, position) >= 0;
  }

  /** Returns where the string of a base64 object is, or -1 if the value is no such object. */
  public static int base64Text(byte[] bytes, int position) {
    if (bytes[position] != '{') {
      return -1;
    }
    int name = space(bytes, position + 1);
    if (bytes[name] != '"') {
      return -1;
    }
    int nameEnd = JsonStrings.end(bytes, name);
    int value = memberValue(bytes, nameEnd);
    if (bytes[value] != '"' || !JsonStrings.matches(bytes, name, nameEnd, "b64")) {
      return -1;
    }
    int close = space(bytes, JsonStrings.end(bytes, value));
    return bytes[close] == '}' ? value : -1;
  }

  /** Returns true for an object that is no base64 object. */
  public static boolean isPlainObject(byte[] bytes, int position) {
    return bytes[position] == '{' && base64Text(bytes, position) < 0;
  }
}
