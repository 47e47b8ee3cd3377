package dev.sluice.demo;

/**
 * What the model says of one digit.
 *
 * @param digit the most probable class, 0 to 9
 * @param probabilities one per class
 */
@SuppressWarnings("ArrayRecordComponent") // neither compared nor written
record Prediction(long digit, float[] probabilities) {
  /** Returns true if the class is the same and every probability is within the tolerance. */
  boolean matches(Prediction recorded, double rtol, double atol) {
    if (digit != recorded.digit || probabilities.length != recorded.probabilities.length) {
      return false;
    }
    for (int i = 0; i < probabilities.length; i++) {
      double wanted = recorded.probabilities[i];
      // Written so that a NaN does not match.
      if (!(Math.abs(probabilities[i] - wanted) <= atol + rtol * Math.abs(wanted))) {
        return false;
      }
    }
    return true;
  }
}
