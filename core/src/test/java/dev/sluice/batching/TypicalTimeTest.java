package dev.sluice.batching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class TypicalTimeTest {
  private final TypicalTime time = new TypicalTime();

  private void add(int times, long nanos) {
    for (int i = 0; i < times; i++) {
      time.add(nanos);
    }
  }

  @Test
  void oneSlowRunAtFirstIsBelieved() {
    assertEquals(0, time.nanos());
    add(1, 30_000);
    assertEquals(30_000, time.nanos());
  }

  @Test
  void whatOnlyTheFirstRunDidIsForgotten() {
    add(1, 30_000);
    add(2, 10);
    assertEquals(10, time.nanos());
  }

  @Test
  void noSingleRunCountsForMuchAndManyDo() {
    add(100, 1_000);
    add(1, 1_000_000_000);
    assertTrue(time.nanos() < 1_500, "found " + time.nanos());
    add(100, 50_000);
    assertTrue(time.nanos() > 45_000, "found " + time.nanos());
  }
}
