package dev.sluice.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelPatternTest {
  @ParameterizedTest
  @CsvSource({
    "digits, digits, true",
    "digits, digit, false",
    "digits, digits2, false",
    "digits, Digits, false",
    "rank-*, rank-, true",
    "rank-*, rank-a, true",
    "rank-*, prank-a, false",
    "*-v?, a-v1, false",
    "*.eu, a.eu, true",
    "*.eu, axeu, false",
    "a*b*c, a--b--bc, true",
    "a*b*c, acb, false",
    "*, anything, true",
    "**, x, true",
    "a*, '', false",
  })
  void aStarStandsForAnything(String pattern, String model, boolean matches) {
    assertEquals(matches, new ModelPattern(pattern).matches(model));
  }

  @Test
  void onlyTheLoneStarMatchesEvery() {
    assertTrue(new ModelPattern("*").matchesEvery());
    assertFalse(new ModelPattern("a*").matchesEvery());
    assertTrue(new ModelPattern("*").matches(""));
  }

  @Test
  void agreesWithRegularExpressions() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      String pattern = text(random, "ab*");
      String model = text(random, "ab");
      assertEquals(
          Pattern.matches(pattern.replace("*", ".*"), model),
          new ModelPattern(pattern).matches(model),
          () -> pattern + " on " + model + ", seed " + seed);
    }
  }

  private static String text(Random random, String letters) {
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(8); length > 0; length--) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }
}
