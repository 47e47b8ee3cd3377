package dev.sluice.engine;

import dev.sluice.servable.RunRequest;
import dev.sluice.tensor.Tensor;

/** How many rows a request brings, for statistics. */
final class Rows {
  private Rows() {}

  /** Returns the first dimension of the first input; 1 if there is none. */
  static long of(RunRequest request) {
    if (request.signature().inputs().isEmpty()) {
      return 1;
    }
    Tensor first = request.input(0);
    return first == null || first.shape().rank() == 0 ? 1 : first.shape().dim(0);
  }
}
