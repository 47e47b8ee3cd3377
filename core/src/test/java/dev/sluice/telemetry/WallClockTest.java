package dev.sluice.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import org.junit.jupiter.api.Test;

final class WallClockTest {
  private long nanos = -7_000_000_000L;
  private Instant wall = Instant.parse("2026-11-26T07:00:00Z");
  private final WallClock clock = new WallClock(() -> wall, () -> nanos);

  @Test
  void offsetTurnsNanoTimeIntoTheTimeOfDay() {
    assertEquals(wall, instant(nanos + clock.offset()));
    nanos += 1_234_567;
    assertEquals(wall.plusNanos(1_234_567), instant(nanos + clock.offset()));
  }

  @Test
  void offsetIsKeptForSomeSeconds() {
    long before = clock.offset();
    nanos += 4_999_999_999L;
    wall = wall.plusSeconds(3600);
    assertEquals(before, clock.offset());
  }

  @Test
  void aClockThatWasSetIsNoticed() {
    nanos += 5_000_000_000L;
    wall = wall.plusSeconds(3600);
    assertEquals(wall, instant(nanos + clock.offset()));
  }

  @Test
  void theClosestReadingsCount() {
    long[] readings = {0, 900, 1000, 1010, 2000, 2800, 3000};
    int[] next = {0};
    long[] epoch = {5000, 6005, 7000};
    int[] nextEpoch = {0};
    WallClock interrupted =
        new WallClock(
            () -> Instant.ofEpochSecond(0, epoch[nextEpoch[0]++]), () -> readings[next[0]++]);
    assertEquals(5000, interrupted.offset());
  }

  private static Instant instant(long epochNanos) {
    return Instant.ofEpochSecond(0, epochNanos);
  }
}
