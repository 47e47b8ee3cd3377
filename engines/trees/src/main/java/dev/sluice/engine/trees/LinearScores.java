package dev.sluice.engine.trees;

/**
 * XGBoost's linear booster: a weighted sum of the features that are there, in floats. Immutable.
 */
final class LinearScores implements RawScores {
  /** So many scores stay in the cache. */
  private static final int TILE_SCORES = 4096;

  private static final int MOST_ROWS = 64;

  private final float[] weights;
  private final int features;
  private final int groups;
  private final double start;

  /**
   * Creates the sum.
   *
   * @param weights for each feature and then for the bias, one for each group; taken over
   * @param start what all scores begin with
   */
  LinearScores(float[] weights, int features, int groups, double start) {
    this.weights = weights;
    this.features = features;
    this.groups = groups;
    this.start = start;
  }

  @Override
  public int groups() {
    return groups;
  }

  @Override
  public int tile() {
    return Math.clamp(TILE_SCORES / groups, 1, MOST_ROWS);
  }

  @Override
  public void compute(FeatureMatrix rows, long first, int count, double[] scores) {
    for (int row = 0; row < count; row++) {
      for (int group = 0; group < groups; group++) {
        scores[row * groups + group] = score(rows, first + row, group);
      }
    }
  }

  private float score(FeatureMatrix rows, long row, int group) {
    float sum = weights[features * groups + group] + (float) start;
    for (int feature = 0; feature < features; feature++) {
      float value = (float) rows.at(row, feature);
      if (!Float.isNaN(value)) {
        sum += value * weights[feature * groups + group];
      }
    }
    return sum;
  }
}
