package dev.sluice.servable;

import dev.sluice.tensor.Tensor;

/**
 * Where a run ends. Exactly one of the two methods is called, once, by any thread, also from within
 * {@link Servable#run}; it does not block and does not throw.
 */
public interface Completion {
  /**
   * The run succeeded.
   *
   * @param outputs one tensor for each of {@link RunRequest#outputs()}, in that order; they belong
   *     to the completion from now on, which closes them
   */
  void succeeded(Tensor[] outputs);

  /** The run failed; there are no outputs. */
  void failed(ServingException failure);
}
