package dev.sluice.api.json;

import dev.sluice.servable.ServingException;
import java.util.Arrays;

/**
 * The syntax pass over a document: one state machine, no recursion, so that half a million levels
 * of brackets cost half a million bits.
 *
 * <p>It accepts what the reference's parser accepts (rest.md §3): the bare numbers NaN, Inf and
 * Infinity, anything behind the first complete value, a NUL byte as the end, single low surrogates
 * in escapes; and it names the same reason and offset for what it refuses.
 */
public final class JsonScanner {
  private static final String EMPTY = "The document is empty.";
  private static final String INVALID_VALUE = "Invalid value.";

  /** Containers nested deeper than this hold no tensor whose shape is asked for in a hurry. */
  private static final int TRACKED_DEPTH = 260;

  private final byte[] bytes;
  private final int start;
  private final int end;
  private final JsonMembers members;
  private final StringSyntax strings;
  private final NumberSyntax numbers;
  private final FloatRuns floats;

  /** Open containers; of each its kind, and for the tracked ones two facts of arrays. */
  private int depth;

  /** Bit d tells whether the container at depth d is an array. */
  private long[] arrays = new long[1];

  /** Where the array at a depth opened if its size decides a shape, else -1. */
  private int[] opened = new int[8];

  /** How many elements of the container at a depth were complete when the next one opened. */
  private int[] counts = new int[8];

  /** True if the innermost open container is an array. */
  private boolean inArray;

  /** Complete elements of the innermost array that are followed by a comma. */
  private int count;

  /** True if a value is due at the position, false if one has just ended there. */
  private boolean valueDue = true;

  /**
   * Creates a scanner of the bytes from {@code start} to {@code end}, which tells members of it.
   *
   * @param floats takes the numbers of arrays
   */
  public JsonScanner(byte[] bytes, int start, int end, JsonMembers members, FloatRuns floats) {
    this.floats = floats;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.members = members;
    this.strings = new StringSyntax(bytes, start, end);
    this.numbers = new NumberSyntax(bytes, start, end);
  }

  /**
   * Checks the document.
   *
   * @return the position of its one value
   * @throws ServingException INVALID_ARGUMENT, with the reason and the offset
   */
  public int scan() throws ServingException {
    int root = root();
    end(root);
    return root;
  }

  /**
   * Checks the document and that nothing but white space is behind it.
   *
   * @return the position of its one value
   * @throws ServingException INVALID_ARGUMENT, with the reason and the offset
   */
  public int scanWhole() throws ServingException {
    int root = root();
    int rest = space(end(root));
    if (rest < end) {
      throw JsonErrors.syntax("Expected nothing behind the document.", rest - start);
    }
    return root;
  }

  private int root() throws ServingException {
    int root = space(afterByteOrderMark());
    switch (peek(root)) {
      case 0, ']', '}', ':', ',' -> throw JsonErrors.syntax(EMPTY, root - start);
      default -> {}
    }
    return root;
  }

  /** Returns the position behind the value at a position. */
  private int end(int root) throws ServingException {
    floats.begin(bytes, end);
    try {
      int position = root;
      do {
        position = valueDue ? value(position) : behindValue(space(position));
      } while (depth > 0 || valueDue);
      return position;
    } finally {
      floats.finish();
    }
  }

  /** Each byte of the mark is optional, as in the reference. */
  private int afterByteOrderMark() {
    int position = start;
    position += peek(position) == 0xEF ? 1 : 0;
    position += peek(position) == 0xBB ? 1 : 0;
    position += peek(position) == 0xBF ? 1 : 0;
    return position;
  }

  /** Reads a scalar, or opens a container and reads up to its first value. */
  private int value(int position) throws ServingException {
    valueDue = false;
    return switch (peek(position)) {
      case '[' -> openArray(position);
      case '{' -> openObject(position);
      case '"' -> strings.end(position);
      case 't' -> literal(position, "true");
      case 'f' -> literal(position, "false");
      case 'n' -> literal(position, "null");
      case 0, ']', '}', ':', ',' -> throw JsonErrors.syntax(INVALID_VALUE, position - start);
      default -> inArray ? numberRun(position) : numbers.end(position);
    };
  }

  /** Reads numbers separated by commas as long as they last: where most bytes of a request are. */
  private int numberRun(int first) throws ServingException {
    boolean kept = floats.open(first);
    int position = first;
    while (true) {
      position = kept ? keptNumber(position) : numbers.end(position);
      if (peek(position) != ',') {
        break;
      }
      int next = space(position + 1);
      int c = peek(next);
      if (c != '-' && (c < '0' || c > '9')) {
        break;
      }
      count++;
      position = next;
    }
    if (kept) {
      floats.close(position);
    }
    return position;
  }

  private int keptNumber(int first) throws ServingException {
    int position = floats.add(first);
    if (position < 0) {
      position = numbers.end(first);
      floats.addChecked(first, position);
    }
    return position;
  }

  private int literal(int position, String word) throws ServingException {
    for (int i = 1; i < word.length(); i++) {
      if (peek(position + i) != word.charAt(i)) {
        throw JsonErrors.syntax(INVALID_VALUE, position + i - start);
      }
    }
    return position + word.length();
  }

  /** Reads the comma or bracket behind a value. */
  private int behindValue(int position) throws ServingException {
    int c = peek(position);
    if (inArray) {
      if (c == ',') {
        count++;
        valueDue = true;
        return space(position + 1);
      }
      if (c == ']') {
        return close(position, count + 1);
      }
      throw JsonErrors.syntax("Missing a comma or ']' after an array element.", position - start);
    }
    if (c == ',') {
      valueDue = true;
      return name(space(position + 1));
    }
    if (c == '}') {
      return close(position, 0);
    }
    throw JsonErrors.syntax("Missing a comma or '}' after an object member.", position - start);
  }

  /** Reads a member's name and colon; returns where its value begins. */
  private int name(int position) throws ServingException {
    if (peek(position) != '"') {
      throw JsonErrors.syntax("Missing a name for object member.", position - start);
    }
    int nameEnd = strings.end(position);
    int colon = space(nameEnd);
    if (peek(colon) != ':') {
      throw JsonErrors.syntax("Missing a colon after a name of object member.", colon - start);
    }
    int value = space(colon + 1);
    if (depth == 1) {
      members.noteMember(position, nameEnd, value);
    }
    return value;
  }

  private int openArray(int position) {
    boolean decidesShape =
        !inArray || (depth <= TRACKED_DEPTH && opened[depth - 1] >= 0 && count == 0);
    open(true, decidesShape ? position : -1);
    int next = space(position + 1);
    return peek(next) == ']' ? close(next, 0) : next;
  }

  private int openObject(int position) throws ServingException {
    open(false, -1);
    int next = space(position + 1);
    return peek(next) == '}' ? close(next, 0) : name(next);
  }

  private void open(boolean array, int position) {
    if (depth < TRACKED_DEPTH) {
      if (depth == opened.length) {
        opened = Arrays.copyOf(opened, 2 * depth);
        counts = Arrays.copyOf(counts, 2 * depth);
      }
      opened[depth] = position;
      counts[depth] = count;
    }
    int word = depth >>> 6;
    if (word == arrays.length) {
      arrays = Arrays.copyOf(arrays, 2 * word);
    }
    long bit = 1L << depth;
    arrays[word] = array ? arrays[word] | bit : arrays[word] & ~bit;
    depth++;
    count = 0;
    inArray = array;
    valueDue = true;
  }

  private int close(int position, int elements) {
    depth--;
    if (depth < TRACKED_DEPTH) {
      if (inArray && opened[depth] >= 0) {
        int opening = opened[depth];
        members.sizes().note(opening, elements, position + 1, members.isNotedMember(opening));
      }
      count = counts[depth];
    }
    int parent = depth - 1;
    inArray = depth > 0 && (arrays[parent >>> 6] >>> parent & 1) != 0;
    valueDue = false;
    return position + 1;
  }

  /** Returns the first position from {@code from} on that is no white space. */
  private int space(int from) {
    int position = from;
    while (position < end) {
      int c = bytes[position];
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
        break;
      }
      position++;
    }
    return position;
  }

  /** Returns the byte at a position, or 0 at the end, which a NUL byte means too. */
  private int peek(int position) {
    return position < end ? bytes[position] & 0xFF : 0;
  }
}
