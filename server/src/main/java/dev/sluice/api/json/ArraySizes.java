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

  private static final int[] NONE = {};

  private final boolean withEnds;
  private int[] positions = NONE;
  private int[] sizes = NONE;
  private int[] ends = NONE;
  private int count;

  /** Creates an index of no arrays. */
  public ArraySizes() {
    this(false);
  }

  private ArraySizes(boolean withEnds) {
    this.withEnds = withEnds;
  }

  /** Returns one that also knows where arrays end, for whoever has to get past them. */
  public static ArraySizes withEnds() {
    return new ArraySizes(true);
  }

  /**
   * Notes an array.
   *
   * @param end the position behind its closing bracket
   * @param always even if there are many already
   */
  void note(int position, int size, int end, boolean always) {
    if (count >= LIMIT && !always) {
      return;
    }
    if (count == positions.length) {
      int capacity = Math.max(8, 2 * count);
      positions = Arrays.copyOf(positions, capacity);
      sizes = Arrays.copyOf(sizes, capacity);
      ends = withEnds ? Arrays.copyOf(ends, capacity) : NONE;
    }
    if (withEnds) {
      ends[count] = end;
    }
    positions[count] = position;
    sizes[count] = size;
    count++;
  }

  /** Returns the size of the array whose bracket is at {@code position}, or -1 if not noted. */
  public int at(int position) {
    int index = indexOf(position);
    return index < 0 ? -1 : sizes[index];
  }

  /**
   * Returns the position behind the array whose bracket is at {@code position}, or -1 if not noted.
   */
  int endOf(int position) {
    int index = withEnds ? indexOf(position) : -1;
    return index < 0 ? -1 : ends[index];
  }

  private int indexOf(int position) {
    for (int i = 0; i < count; i++) {
      if (positions[i] == position) {
        return i;
      }
    }
    return -1;
  }
}
