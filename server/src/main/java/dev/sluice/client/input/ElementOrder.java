package dev.sluice.client.input;

import java.util.List;

/** Walks through an array with the last index fastest, whichever way it is stored. */
final class ElementOrder {
  private final int[] sizes;
  private final int[] strides;
  private final int[] indices;
  private int position;

  ElementOrder(List<Integer> shape, boolean fortran) {
    int rank = shape.size();
    this.sizes = shape.stream().mapToInt(Integer::intValue).toArray();
    this.strides = new int[rank];
    this.indices = new int[rank];
    int stride = 1;
    for (int i = 0; i < rank; i++) {
      int axis = fortran ? i : rank - 1 - i;
      strides[axis] = stride;
      stride *= sizes[axis];
    }
  }

  /** Returns where the next element is stored, counted in elements. */
  int next() {
    int here = position;
    for (int axis = sizes.length - 1; axis >= 0; axis--) {
      position += strides[axis];
      if (++indices[axis] < sizes[axis]) {
        break;
      }
      position -= strides[axis] * sizes[axis];
      indices[axis] = 0;
    }
    return here;
  }
}
