package dev.sluice.client.tensor;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;

/** Where an element of a tensor is, for people. */
public final class Indices {
  private Indices() {}

  /** Returns the indices of the element at a position in row-major order: {@code [2, 0]}. */
  public static String of(List<Integer> shape, int position) {
    Deque<Integer> indices = new ArrayDeque<>();
    int rest = position;
    for (int size : shape.reversed()) {
      indices.addFirst(rest % size);
      rest /= size;
    }
    return indices.isEmpty()
        ? ""
        : indices.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
  }
}
