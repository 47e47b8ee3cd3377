package dev.sluice.engine.trees;

/**
 * Makes predictions out of raw scores, as the objective that the model was trained for wants it.
 */
interface Link {
  /** Returns how many predictions a row with so many scores has. */
  default int width(int groups) {
    return groups;
  }

  /**
   * Makes the predictions of one row.
   *
   * @param scores the raw scores, from {@code from} on
   * @param predictions receives them, from {@code to} on
   */
  void apply(double[] scores, int from, int groups, double[] predictions, int to);
}
