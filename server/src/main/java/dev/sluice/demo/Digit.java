package dev.sluice.demo;

/**
 * One handwritten digit and the answer recorded for it.
 *
 * @param pixels {@link #SIDE} x {@link #SIDE} grey values, row by row, 0 (paper) to {@link #INK}
 */
@SuppressWarnings("ArrayRecordComponent") // neither compared nor written
record Digit(float[] pixels, Prediction expected) {
  /** Pixels in a row, and rows in an image. */
  static final int SIDE = 8;

  /** The darkest grey value. */
  static final float INK = 16;

  Digit {
    if (pixels.length != SIDE * SIDE) {
      throw new IllegalArgumentException(
          "expected " + SIDE * SIDE + " pixels, found " + pixels.length);
    }
  }
}
