package dev.sluice.demo;

import java.nio.charset.Charset;

/**
 * Draws images and bars with characters: shaded blocks where the terminal's character set has them,
 * ASCII elsewhere.
 */
final class TextArt {
  private static final String BLOCKS = " ░▒▓█";
  private static final String ASCII = " .+*#";

  private final String ramp;

  TextArt(Charset charset) {
    this.ramp = charset.canEncode() && charset.newEncoder().canEncode(BLOCKS) ? BLOCKS : ASCII;
  }

  /** Returns the rows of an image; each pixel is two characters wide, so that it looks square. */
  String[] rows(Digit digit) {
    String[] rows = new String[Digit.SIDE];
    for (int y = 0; y < Digit.SIDE; y++) {
      StringBuilder row = new StringBuilder(2 * Digit.SIDE);
      for (int x = 0; x < Digit.SIDE; x++) {
        char shade = shade(digit.pixels()[y * Digit.SIDE + x] / Digit.INK);
        row.append(shade).append(shade);
      }
      rows[y] = row.toString();
    }
    return rows;
  }

  /** Returns a bar of {@code width} characters, of which {@code share} (0 to 1) is filled. */
  String bar(double share, int width) {
    int filled = (int) Math.round(Math.clamp(share, 0.0, 1.0) * width);
    return String.valueOf(full()).repeat(filled)
        + String.valueOf(ramp.charAt(1)).repeat(width - filled);
  }

  private char shade(float darkness) {
    int last = ramp.length() - 1;
    return ramp.charAt(Math.clamp((long) Math.ceil(darkness * last), 0, last));
  }

  private char full() {
    return ramp.charAt(ramp.length() - 1);
  }
}
