package dev.sluice.api.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class DumpedDoubleTest {
  @Test
  void printsAsTheReferenceDoes() {
    assertEquals("1.0", DumpedDouble.of("1.000"));
    assertEquals("100.0", DumpedDouble.of("1e2"));
    assertEquals("1e300", DumpedDouble.of("1e300"));
    assertEquals("-0.0", DumpedDouble.of("-0.0"));
    assertEquals("0.0", DumpedDouble.of("1e-320"));
    assertEquals("-9223372036854776000.0", DumpedDouble.of("-9223372036854775809"));
    assertEquals("18446744073709553000.0", DumpedDouble.of("18446744073709551616"));
    assertEquals("3.3895313892515356e38", DumpedDouble.of("3.3895313892515355e+38"));
    assertEquals("0.00001", DumpedDouble.of("1e-5"));
    assertEquals("1e-7", DumpedDouble.of("0.0000001"));
    assertEquals("1.5e-7", DumpedDouble.of("15e-8"));
    assertEquals("100000000000000000000.0", DumpedDouble.of("1e20"));
    assertEquals("1e21", DumpedDouble.of("1e21"));
  }

  @Test
  void digitsReadBackUpToTheReferencesRounding() {
    Random random = JsonTexts.random("DumpedDoubleTest");
    for (int i = 0; i < 50_000; i++) {
      // Literals of at most 15 digits and small exponents are read exactly by the reference too.
      double value = random.nextInt(1_000_000_000) / Math.pow(10, random.nextInt(15));
      if (value >= 1e-6) {
        String literal = Double.toString(value);
        assertEquals(value, Double.parseDouble(DumpedDouble.of(literal)), literal);
      }
    }
  }
}
