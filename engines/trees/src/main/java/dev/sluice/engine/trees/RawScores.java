package dev.sluice.engine.trees;

/**
 * Computes the raw scores of rows, before any link function: a sum over trees, or over features.
 * Immutable.
 */
interface RawScores {
  /** Returns how many scores a row has: one, or one for each class or target. */
  int groups();

  /** Returns how many rows should be computed at a time. */
  int tile();

  /**
   * Computes the scores of some rows.
   *
   * @param scores receives them row by row, {@link #groups()} for each
   */
  void compute(FeatureMatrix rows, long first, int count, double[] scores);
}
