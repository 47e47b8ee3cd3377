package dev.sluice.engine.trees;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A document of nested values, read front to back: JSON, or UBJSON, its binary form. XGBoost writes
 * the same model in both.
 *
 * <p>Whoever is called back for a field or an item takes exactly one value. A read of another type
 * of value than is there fails. Memory grows with what has been read, never with what a damaged
 * file says is to come.
 */
abstract class Document {
  /** Deeper than any model; a reader recurses once for each level. */
  private static final int DEEPEST = 32;

  private static final int FIRST_CAPACITY = 16;

  /** More than any model has in one array; a power of two. */
  private static final int MOST_NUMBERS = 1 << 30;

  private int depth;

  /** Takes the value of a field of an object. */
  @FunctionalInterface
  interface Field {
    void read(String name) throws IOException;
  }

  /** Takes an item of an array. */
  @FunctionalInterface
  interface Item {
    void read() throws IOException;
  }

  /** Returns the document in a file, which begins with a brace in either form. */
  static Document of(ByteReader in) throws IOException {
    int brace = in.next();
    if (brace != '{') {
      throw new ModelFormatException("the file does not begin with {");
    }
    return switch (in.peek()) {
      case 'i', 'U', 'I', 'l', 'L' -> new UbjsonDocument(in);
      default -> new JsonDocument(in);
    };
  }

  /** Reads an object. */
  final void object(Field field) throws IOException {
    enter();
    fields(field);
    depth--;
  }

  /** Reads the object that is the document; nothing may follow it. */
  final void root(Field field) throws IOException {
    enter();
    fieldsBehindBrace(field);
    end();
  }

  /** Reads an array. */
  final void array(Item item) throws IOException {
    enter();
    items(item);
    depth--;
  }

  private void enter() throws ModelFormatException {
    if (++depth > DEEPEST) {
      throw new ModelFormatException("values are nested more than " + DEEPEST + " deep");
    }
  }

  /** Reads an object all of whose values are texts. */
  final Map<String, String> texts() throws IOException {
    Map<String, String> texts = new HashMap<>();
    object(name -> texts.put(name, text()));
    return texts;
  }

  /** Reads an array of whole numbers; those beyond an int become the nearest int. */
  final int[] wholes() throws IOException {
    var list =
        new Object() {
          private int[] values = new int[FIRST_CAPACITY];
          private int count;
        };
    array(
        () -> {
          if (list.count == list.values.length) {
            list.values = Arrays.copyOf(list.values, grown(list.count));
          }
          list.values[list.count++] = Math.clamp(whole(), Integer.MIN_VALUE, Integer.MAX_VALUE);
        });
    return Arrays.copyOf(list.values, list.count);
  }

  /** Reads an array of numbers. */
  final float[] reals() throws IOException {
    var list =
        new Object() {
          private float[] values = new float[FIRST_CAPACITY];
          private int count;
        };
    array(
        () -> {
          if (list.count == list.values.length) {
            list.values = Arrays.copyOf(list.values, grown(list.count));
          }
          list.values[list.count++] = real();
        });
    return Arrays.copyOf(list.values, list.count);
  }

  /** Returns the next capacity of an array that is full. */
  static int grown(int capacity) throws ModelFormatException {
    if (capacity >= MOST_NUMBERS) {
      throw new ModelFormatException("an array has more than " + MOST_NUMBERS + " numbers");
    }
    return capacity * 2;
  }

  abstract void fields(Field field) throws IOException;

  /** Reads the fields of the outermost object, whose brace has been taken. */
  abstract void fieldsBehindBrace(Field field) throws IOException;

  abstract void items(Item item) throws IOException;

  /** Checks that nothing follows. */
  abstract void end() throws IOException;

  /** Reads a text. */
  abstract String text() throws IOException;

  /** Reads a whole number; true is 1, and false 0. */
  abstract long whole() throws IOException;

  /** Reads a number. */
  abstract float real() throws IOException;

  /** Passes over a value. */
  abstract void skip() throws IOException;
}
