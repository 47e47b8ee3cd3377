package dev.sluice.api.json;

import dev.sluice.tensor.DataType;
import java.lang.foreign.MemorySegment;

/** Converts the innermost values of an input. */
public abstract class ElementReader {
  /**
   * Returns a reader of numbers that accepts none that the type does not hold, where {@link
   * NumericReader} cuts some off; also of UINT16, and of 1 and 0 for booleans.
   *
   * @param dtype a type that {@link #holdsExactly} is true for
   * @param floats what has been read of the document already
   */
  public static ElementReader exact(
      byte[] bytes, DataType dtype, MemorySegment data, FloatRuns floats) {
    return switch (dtype) {
      case BOOL, INT8, UINT8, INT16, UINT16 -> SmallNumberReader.of(bytes, dtype, data);
      default -> new NumericReader(bytes, dtype, data, floats);
    };
  }

  /** Returns true if {@link #exact} has a reader for the type. */
  public static boolean holdsExactly(DataType dtype) {
    return dtype == DataType.UINT16 || NumericReader.supports(dtype);
  }

  /**
   * Reads {@code count} values, separated by commas, as the elements from {@code index} on.
   *
   * @return the position behind the last one, or -1 if that is not what is there
   */
  abstract int read(int position, long index, long count);

  /**
   * Reads the value at a position, which should be arrays nested with exactly the dimensions from
   * {@code axis} on, as the elements from {@code firstIndex} on.
   *
   * @return the position behind it, or -1 if it is another value
   */
  public final int readNested(byte[] bytes, int start, long[] dims, int axis, long firstIndex) {
    int rank = dims.length;
    if (axis == rank) {
      return read(start, firstIndex, 1);
    }
    long row = dims[rank - 1];
    long[] left = new long[rank];
    long index = firstIndex;
    int position = start;
    int level = axis;
    while (true) {
      while (level < rank) { // one opening bracket for every level down to the values
        if (bytes[position] != '[') {
          return -1;
        }
        left[level] = dims[level];
        level++;
        position = ValueWalk.space(bytes, position + 1);
      }
      if (row > 0) {
        position = read(position, index, row);
        if (position < 0) {
          return -1;
        }
        index += row;
      }
      position = ValueWalk.space(bytes, position);
      if (bytes[position] != ']') {
        return -1;
      }
      position++;
      level--;
      while (level > axis && --left[level - 1] == 0) { // ends of outer arrays
        position = ValueWalk.space(bytes, position);
        if (bytes[position] != ']') {
          return -1;
        }
        position++;
        level--;
      }
      if (level == axis) {
        return position;
      }
      position = ValueWalk.space(bytes, position);
      if (bytes[position] != ',') {
        return -1;
      }
      position = ValueWalk.space(bytes, position + 1);
    }
  }
}
