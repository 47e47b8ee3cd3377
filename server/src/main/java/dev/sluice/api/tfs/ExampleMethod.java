package dev.sluice.api.tfs;

import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Tensor;

/**
 * What distinguishes Classify from Regress: which signatures it can run, and how their outputs
 * become an answer (grpc.md §6, §7). All failures are INVALID_ARGUMENT, in the reference's words.
 */
sealed interface ExampleMethod permits Classification, Regression {
  /** Returns the method name that a signature declares, and that tasks of MultiInference name. */
  String methodName();

  /** Returns what messages call it. */
  String noun();

  /** Refuses a signature with so many outputs. */
  void checkOutputCount(int count) throws ServingException;

  /**
   * Returns the outputs to run, by index.
   *
   * @param model for the text of a failure
   */
  int[] outputs(Signature signature, SignatureText model) throws ServingException;

  /**
   * Checks what a run gave.
   *
   * @param task this method's
   * @param values the outputs of the task
   * @param examples how many examples the run was given
   * @return a view of the values, which lives no longer than they
   */
  ExampleResult result(ExampleTask task, Tensor[] values, long examples) throws ServingException;
}
