package dev.sluice.engine.trees;

/**
 * How a feature is prepared for the nodes that split by it, so that a node itself only compares two
 * long numbers, whatever its model does with missing values.
 *
 * <p>A number becomes a long of the same order ({@link #ordered}). A missing value becomes the
 * least or the greatest long, so that the comparison sends it to the side that the node wants. A
 * category becomes its number.
 */
enum Encoding {
  /** NaN goes left. */
  MISSING_LEFT,
  /** NaN goes right. */
  MISSING_RIGHT,
  /** NaN and zero go left. */
  ZERO_LEFT,
  /** NaN and zero go right. */
  ZERO_RIGHT,
  /** A category of XGBoost: from 0 to below 2^24, with a fraction that does not count. */
  XGBOOST_CATEGORY,
  /** A category of LightGBM: what remains of it as an int, if that is not negative. */
  LIGHTGBM_CATEGORY;

  /** No category, and so in no set of them. */
  static final long NO_CATEGORY = -1;

  /** A category that is missing. */
  static final long MISSING_CATEGORY = -2;

  /** From here on floats do not tell whole numbers apart. */
  private static final double CATEGORIES_END = 1 << 24;

  private static final Encoding[] ALL = values();

  static Encoding of(int ordinal) {
    return ALL[ordinal];
  }

  /** Returns a feature's value in this form. */
  long encode(double value) {
    return switch (this) {
      case MISSING_LEFT -> Double.isNaN(value) ? Long.MIN_VALUE : ordered(value);
      case MISSING_RIGHT -> Double.isNaN(value) ? Long.MAX_VALUE : ordered(value);
      case ZERO_LEFT -> Double.isNaN(value) || value == 0 ? Long.MIN_VALUE : ordered(value);
      case ZERO_RIGHT -> Double.isNaN(value) || value == 0 ? Long.MAX_VALUE : ordered(value);
      case XGBOOST_CATEGORY ->
          Double.isNaN(value)
              ? MISSING_CATEGORY
              : value < 0 || value >= CATEGORIES_END ? NO_CATEGORY : (long) value;
      case LIGHTGBM_CATEGORY ->
          Double.isNaN(value) ? NO_CATEGORY : Math.max(NO_CATEGORY, (int) value);
    };
  }

  /** Returns longs that compare as the doubles do; both zeros are 0. Not for NaN. */
  static long ordered(double value) {
    long bits = Double.doubleToRawLongBits(value + 0.0);
    return bits ^ ((bits >> 63) & Long.MAX_VALUE);
  }
}
