package dev.sluice.engine.trees;

import java.util.Arrays;

/** The link functions of XGBoost, in floats as there. */
enum XgboostLink implements Link {
  IDENTITY {
    @Override
    float of(float score) {
      return score;
    }
  },
  SIGMOID {
    @Override
    float of(float score) {
      float power = exp(Math.min(-score, LARGEST_EXPONENT));
      return 1.0f / (power + 1.0f + TINY);
    }
  },
  EXPONENTIAL {
    @Override
    float of(float score) {
      return exp(score);
    }
  },
  /** 1 for what is above 0, else 0. */
  HINGE {
    @Override
    float of(float score) {
      return score > 0 ? 1 : 0;
    }
  },
  SOFTMAX {
    @Override
    public void apply(double[] scores, int from, int groups, double[] predictions, int to) {
      float most = (float) scores[from];
      for (int i = 1; i < groups; i++) {
        most = Math.max((float) scores[from + i], most);
      }
      double sum = 0;
      for (int i = 0; i < groups; i++) {
        float power = exp((float) scores[from + i] - most);
        predictions[to + i] = power;
        sum += power;
      }
      for (int i = 0; i < groups; i++) {
        predictions[to + i] = (float) predictions[to + i] / (float) sum;
      }
    }
  },
  /** The index of the greatest score, the first of them if there are several. */
  GREATEST {
    @Override
    public int width(int groups) {
      return 1;
    }

    @Override
    public void apply(double[] scores, int from, int groups, double[] predictions, int to) {
      int greatest = 0;
      for (int i = 1; i < groups; i++) {
        if (scores[from + i] > scores[from + greatest]) {
          greatest = i;
        }
      }
      predictions[to] = greatest;
    }
  },
  /** In ascending order, as quantiles must be. */
  ASCENDING {
    @Override
    public void apply(double[] scores, int from, int groups, double[] predictions, int to) {
      System.arraycopy(scores, from, predictions, to, groups);
      Arrays.sort(predictions, to, to + groups);
    }
  };

  /** Keeps the power finite. */
  private static final float LARGEST_EXPONENT = 88.7f;

  private static final float TINY = 1e-16f;

  /** The nearest float to the power, which is what C libraries give in all but a few cases. */
  private static float exp(float exponent) {
    return (float) Math.exp(exponent);
  }

  /** Returns the prediction for one score, where each has its own. */
  float of(float score) {
    throw new IllegalStateException(this + " takes all scores of a row");
  }

  @Override
  public void apply(double[] scores, int from, int groups, double[] predictions, int to) {
    for (int i = 0; i < groups; i++) {
      predictions[to + i] = of((float) scores[from + i]);
    }
  }
}
