package dev.sluice.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BucketsTest {
  @Test
  void aSampleAtALimitBelongsBelowIt() {
    Buckets buckets = Buckets.upTo(1000, 0.001, 0.01, 2);
    assertEquals(0, buckets.indexOf(-1));
    assertEquals(0, buckets.indexOf(1));
    assertEquals(1, buckets.indexOf(2));
    assertEquals(1, buckets.indexOf(10));
    assertEquals(2, buckets.indexOf(11));
    assertEquals(2, buckets.indexOf(2000));
    assertEquals(3, buckets.indexOf(2001));
    assertEquals("0.001", buckets.label(0));
    assertEquals("2.0", buckets.label(2));
  }

  @Test
  void whatIsCountedInPartsHasTheSameBuckets() {
    Buckets whole = Buckets.exponential(10, 1.8, 33);
    Buckets parts = Buckets.exponential(10, 1.8, 33, 6);
    assertEquals(33 * 6, parts.partCount());
    assertArrayEquals(whole.limits(), parts.limits());
    Histogram histogram = new Histogram(parts);
    long[] expected = new long[34];
    for (long sample = 0; sample < Long.MAX_VALUE / 2; sample += 1 + sample / 9) {
      assertEquals(whole.indexOf(sample), parts.indexOf(sample));
      expected[whole.indexOf(sample)]++;
      histogram.record(sample);
    }
    assertArrayEquals(expected, IntStream.range(0, 34).mapToLong(histogram::countIn).toArray());
  }

  @Test
  void limitsMustAscendByAtLeastOneSample() {
    assertThrows(IllegalArgumentException.class, () -> Buckets.upTo(1, 2, 1));
    assertThrows(IllegalArgumentException.class, () -> Buckets.upTo(1, 1, 1.2));
  }

  /** operate.md says by how much a quantile can be off. */
  @Test
  void durationsGoFrom50MicrosecondsToAMinuteInStepsOfAtMostTwo() {
    Buckets durations = SluiceMetrics.DURATIONS;
    assertEquals(5e-5, durations.limit(0));
    assertEquals(60, durations.limit(durations.limitCount() - 1));
    for (int i = 1; i < durations.limitCount(); i++) {
      double step = durations.limit(i) / durations.limit(i - 1);
      assertTrue(step <= 2 + 1e-9, durations.label(i) + " is " + step + " times the one before");
    }
  }
}
