package dev.sluice.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class TextArtTest {
  @Test
  void drawsTwoCharactersForEachPixelFromPaperToInk() {
    float[] pixels = new float[Digit.SIDE * Digit.SIDE];
    pixels[0] = Digit.INK;
    pixels[1] = 4;
    pixels[2] = 0.5f;
    pixels[Digit.SIDE * Digit.SIDE - 1] = 99;
    Digit digit = new Digit(pixels, new Prediction(0, new float[0]));

    String[] rows = new TextArt(StandardCharsets.UTF_8).rows(digit);

    assertEquals(Digit.SIDE, rows.length);
    assertEquals("██░░░░          ", rows[0]);
    assertEquals(" ".repeat(14) + "██", rows[7]);
  }

  @Test
  void usesAsciiWhereTheCharacterSetHasNoBlocks() {
    assertEquals("###...", new TextArt(StandardCharsets.US_ASCII).bar(0.5, 6));
  }

  @Test
  void barIsFilledByItsShareAndNeverOverflows() {
    TextArt art = new TextArt(StandardCharsets.UTF_8);
    assertEquals("░░░░", art.bar(0, 4));
    assertEquals("█░░░", art.bar(0.26, 4));
    assertEquals("████", art.bar(1.5, 4));
  }
}
