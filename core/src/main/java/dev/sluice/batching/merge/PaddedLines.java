package dev.sluice.batching.merge;

import dev.sluice.tensor.Shape;

/**
 * Walks over the lines (the last dimension) of one tensor's part of a merged tensor whose
 * dimensions are larger, and tells which line of the tensor belongs there, if any.
 */
final class PaddedLines {
  private final Shape source;
  private final long[] limits;
  private final long[] index;
  private boolean begun;

  /** Creates a walk over some rows; both shapes have the same rank, at least 2. */
  PaddedLines(long rows, Shape source, Shape merged) {
    this.source = source;
    this.limits = new long[merged.rank() - 1];
    this.index = new long[limits.length];
    limits[0] = rows;
    for (int axis = 1; axis < limits.length; axis++) {
      limits[axis] = merged.dim(axis);
    }
  }

  /** Goes to the first or the next line; false if there is none. No limit is 0. */
  boolean next() {
    if (!begun) {
      begun = true;
      return true;
    }
    for (int axis = index.length - 1; axis >= 0; axis--) {
      if (++index[axis] < limits[axis]) {
        return true;
      }
      index[axis] = 0;
    }
    return false;
  }

  /** Returns the number of the line that belongs here, from the first row on; -1 for padding. */
  long source() {
    long line = 0;
    for (int axis = 0; axis < index.length; axis++) {
      if (index[axis] >= source.dim(axis)) {
        return -1;
      }
      line = line * source.dim(axis) + index[axis];
    }
    return line;
  }
}
