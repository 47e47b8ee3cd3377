package dev.sluice.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SixDigitsTest {
  private static List<String> limits(Buckets buckets) {
    return IntStream.range(0, buckets.limitCount())
        .mapToObj(i -> SixDigits.of(buckets.limit(i)))
        .toList();
  }

  @Test
  void limitsOfLatenciesAreTheRecordedOnes() {
    assertEquals(
        List.of(
            ("10,18,32.4,58.32,104.976,188.957,340.122,612.22,1102,1983.59,3570.47,6426.84,11568.3,"
                    + "20823,37481.3,67466.4,121440,218591,393464,708235,1.27482e+06,2.29468e+06,"
                    + "4.13043e+06,7.43477e+06,1.33826e+07,2.40887e+07,4.33596e+07,7.80473e+07,"
                    + "1.40485e+08,2.52873e+08,4.55172e+08,8.19309e+08,1.47476e+09")
                .split(",", -1)),
        limits(Buckets.exponential(10, 1.8, 33)));
  }

  @Test
  void limitsOfBytesAreTheRecordedOnes() {
    assertEquals(
        List.of(
            "1,4,16,64,256,1024,4096,16384,65536,262144,1.04858e+06,4.1943e+06,1.67772e+07,6.71089e+07"
                .split(",", -1)),
        limits(Buckets.exponential(1, 4, 14)));
  }

  @Test
  void smallAndNegativeNumbers() {
    assertEquals("0", SixDigits.of(0));
    assertEquals("-2.5", SixDigits.of(-2.5));
    assertEquals("0.0001", SixDigits.of(0.0001));
    assertEquals("1e-05", SixDigits.of(0.00001));
    assertEquals("1e+06", SixDigits.of(999_999.5));
    assertEquals("1e+100", SixDigits.of(1e100));
  }

  @Test
  void sixDigitsOfRandomNumbersAgreeWithFormatsOwn() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      double number = Math.pow(10, random.nextDouble() * 18);
      double back = Double.parseDouble(SixDigits.of(number));
      double expected = Double.parseDouble(String.format(Locale.ROOT, "%.5e", number));
      assertEquals(expected, back, Math.ulp(expected) * 2, "seed " + seed + ", " + number);
    }
  }
}
