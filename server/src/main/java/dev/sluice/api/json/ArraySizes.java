package dev.sluice.api.json;

import java.util.Arrays;

/**
 * How many elements some of a document's arrays have, by the position of their opening bracket.
 *
 * <p>The syntax pass notes the arrays that decide a tensor's shape, so that the shape is known
 * without a second look at megabytes of numbers. It notes the first few only: a list of objects has
 * such arrays in every element, and those of the first element are what is asked for.
 */
public final class ArraySizes {
  private static final int LIMIT = 128;

  private int[] positions = {};
  private int[] sizes = {};
  private int count;

  /** Notes a size; {@code always} even if there are many already. */
  void note(int position, int size, boolean always) {
    if (count >= LIMIT && !always) {
      return;
    }
    if (count == positions.length) {
      int capacity = Math.max(8, 2 * count);
      positions = Arrays.copyOf(positions, capacity);
      sizes = Arrays.copyOf(sizes, capacity);
    }
    positions[count] = position;
    sizes[count] = size;
    count++;
  }

  /** Returns the size of the array whose bracket is at {@code position}, or -1 if not noted. */
  public int at(int position) {
    for (int i = 0; i < count; i++) {
      if (positions[i] == position) {
        return sizes[i];
      }
    }
    return -1;
  }
}
