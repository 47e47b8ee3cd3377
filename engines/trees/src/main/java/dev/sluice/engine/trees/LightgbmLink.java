package dev.sluice.engine.trees;

/**
 * The link functions of LightGBM, in doubles as there.
 *
 * @param function what is done with each score, or with all of a row
 * @param factor what scores are multiplied with before a sigmoid
 * @param divisor what scores are divided by first: the number of rounds of a random forest, else 1
 */
record LightgbmLink(Function function, double factor, double divisor) implements Link {
  /** The kinds of link. */
  enum Function {
    IDENTITY,
    SIGMOID,
    EXPONENTIAL,
    /** The square with the sign of the score, for labels whose roots were learned. */
    SIGNED_SQUARE,
    LOGARITHM_OF_EXPONENTIAL_PLUS_ONE,
    SOFTMAX
  }

  @Override
  public void apply(double[] scores, int from, int groups, double[] predictions, int to) {
    if (function == Function.SOFTMAX) {
      softmax(scores, from, groups, predictions, to);
      return;
    }
    for (int i = 0; i < groups; i++) {
      predictions[to + i] = of(scores[from + i] / divisor);
    }
  }

  private double of(double score) {
    return switch (function) {
      case IDENTITY -> score;
      case SIGMOID -> 1 / (1 + Math.exp(-factor * score));
      case EXPONENTIAL -> Math.exp(score);
      case SIGNED_SQUARE -> Math.signum(score) * score * score;
      case LOGARITHM_OF_EXPONENTIAL_PLUS_ONE -> Math.log1p(Math.exp(score));
      case SOFTMAX -> throw new IllegalStateException("takes all scores of a row");
    };
  }

  private void softmax(double[] scores, int from, int groups, double[] predictions, int to) {
    double most = scores[from] / divisor;
    for (int i = 1; i < groups; i++) {
      most = Math.max(scores[from + i] / divisor, most);
    }
    double sum = 0;
    for (int i = 0; i < groups; i++) {
      predictions[to + i] = Math.exp(scores[from + i] / divisor - most);
      sum += predictions[to + i];
    }
    for (int i = 0; i < groups; i++) {
      predictions[to + i] /= sum;
    }
  }
}
