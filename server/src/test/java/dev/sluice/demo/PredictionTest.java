package dev.sluice.demo;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class PredictionTest {
  private static final Prediction RECORDED = new Prediction(1, new float[] {0.25f, 0.75f});

  @Test
  void matchesWithinTheTolerance() {
    assertTrue(matches(1, 0.25002f, 0.75f));
  }

  @Test
  void refusesWhatIsFurtherOff() {
    assertFalse(matches(1, 0.2502f, 0.75f));
  }

  @Test
  void refusesAnotherClass() {
    assertFalse(matches(0, 0.25f, 0.75f));
  }

  @Test
  void refusesAnotherNumberOfClasses() {
    assertFalse(matches(1, 0.25f));
  }

  @Test
  void refusesNaN() {
    assertFalse(matches(1, Float.NaN, 0.75f));
  }

  private static boolean matches(long digit, float... probabilities) {
    return new Prediction(digit, probabilities).matches(RECORDED, 1e-4, 1e-5);
  }
}
