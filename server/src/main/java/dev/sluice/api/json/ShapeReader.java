package dev.sluice.api.json;

import org.jspecify.annotations.Nullable;

/** Infers shapes: outer length, length of the first element, and so on (rest.md §4.5). */
public final class ShapeReader {
  /** The most dimensions of a tensor in TensorFlow. No answer to more is on record. */
  public static final int MAX_RANK = 254;

  private ShapeReader() {}

  /**
   * Returns the dimensions of the value at a position, behind {@code free} places for the caller.
   */
  public static long[] dims(byte[] bytes, ArraySizes sizes, int position, int free) {
    long[] dims = new long[free + rank(bytes, position)];
    int array = position;
    for (int axis = free; axis < dims.length; axis++) {
      int size = sizes.at(array);
      if (size < 0) {
        count(bytes, array, dims, axis);
        break;
      }
      dims[axis] = size;
      array = ValueWalk.space(bytes, array + 1);
    }
    return dims;
  }

  /**
   * Returns the dimensions that an array lists, or null if it is no array of whole numbers that are
   * not negative, or of too many.
   */
  public static long @Nullable [] listed(byte[] bytes, ArraySizes sizes, int position) {
    if (bytes[position] != '[') {
      return null;
    }
    int known = sizes.at(position);
    int rank = known < 0 ? (int) dims(bytes, sizes, position, 0)[0] : known;
    if (rank > MAX_RANK) {
      return null;
    }
    long[] dims = new long[rank];
    NumberReader numbers = new NumberReader(bytes, ValueWalk.space(bytes, position + 1));
    for (int axis = 0; axis < rank; axis++) {
      if ((axis > 0 && !numbers.toNext()) || !numbers.readInt64() || numbers.integer < 0) {
        return null;
      }
      dims[axis] = numbers.integer;
    }
    return dims;
  }

  private static int rank(byte[] bytes, int position) {
    int rank = 0;
    int array = position;
    while (bytes[array] == '[') {
      rank++;
      array = ValueWalk.space(bytes, array + 1);
    }
    return rank;
  }

  /** Counts the elements of an array and of its first elements, in one pass. */
  private static void count(byte[] bytes, int array, long[] dims, int from) {
    int position = array;
    for (int axis = from; axis < dims.length; axis++) {
      dims[axis] = 1;
      position = ValueWalk.space(bytes, position + 1);
    }
    int open = dims.length - 1; // the innermost array that counts and has not ended
    int level = open;
    if (bytes[position] == ']') {
      dims[open] = 0;
    }
    while (open >= from) {
      switch (bytes[position]) {
        case '"' -> position = JsonStrings.end(bytes, position) - 1;
        case '[', '{' -> level++;
        case ',' -> dims[open] += level == open ? 1 : 0;
        case ']', '}' -> {
          open -= level == open ? 1 : 0;
          level--;
        }
        default -> {}
      }
      position++;
    }
  }

  /**
   * Returns the number of elements, or -1 if it is more than a document of {@code limit} bytes can
   * hold: then the arrays cannot all be as long as the first ones.
   */
  public static long elements(long[] dims, long limit) {
    long product = 1;
    for (long dim : dims) {
      product *= dim;
      if (product > limit) {
        return -1;
      }
    }
    return product;
  }
}
