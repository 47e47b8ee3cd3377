package dev.sluice.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class NumbersTest {
  @Test
  void limitsHaveTheCanonicalForm() {
    assertEquals("1.0", Numbers.canonical(1));
    assertEquals("60.0", Numbers.canonical(60));
    assertEquals("0.001", Numbers.canonical(0.001));
    assertEquals("0.0005", Numbers.canonical(5e-4));
    assertEquals("0.00015", Numbers.canonical(1.5e-4));
    assertEquals("0.0001", Numbers.canonical(1e-4));
    assertEquals("5e-05", Numbers.canonical(5e-5));
    assertEquals("1.5e-05", Numbers.canonical(1.5e-5));
    assertEquals("2e-10", Numbers.canonical(2e-10));
  }

  @Test
  void valuesAreThoseThatWereAppended() {
    assertEquals("0", text(0));
    assertEquals("-1", text(-1));
    assertEquals("1700000000123", text(1_700_000_000_123.0));
    assertEquals("+Inf", text(Double.POSITIVE_INFINITY));
    assertEquals("-Inf", text(Double.NEGATIVE_INFINITY));
    assertEquals("NaN", text(Double.NaN));
    assertEquals("0.25", text(0.25));
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      double value = random.nextGaussian() * Math.pow(10, random.nextInt(-20, 20));
      assertEquals(value, Double.parseDouble(text(value)), () -> "seed " + seed);
      double limit = Math.abs(value);
      assertEquals(limit, Double.parseDouble(Numbers.canonical(limit)), () -> "seed " + seed);
    }
  }

  private static String text(double value) {
    StringBuilder out = new StringBuilder();
    Numbers.append(out, value);
    return out.toString();
  }
}
