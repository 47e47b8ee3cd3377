package dev.sluice.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class RequestTimesTest {
  private static final TestRecord RAN = TestRecord.ok(Entrypoint.GRPC, Api.PREDICT, -100_000);

  @Test
  void partsFollowEachOther() {
    assertEquals(new RequestTimes(10_000, 20_000, 300_000, 5_000), RequestTimes.of(RAN));
    assertEquals(335_000, RequestTimes.of(RAN).totalNanos());
  }

  @Test
  void untilCountsAsTheEnd() {
    assertEquals(
        new RequestTimes(10_000, 20_000, 300_000, 1_000), RequestTimes.until(RAN, 231_000));
  }

  @Test
  void timeOfWhatWasNotReachedBelongsToWhatWas() {
    assertEquals(new RequestTimes(500, 0, 0, 0), RequestTimes.of(RAN.at(0, 0, 0, -99_500)));
    assertEquals(new RequestTimes(200, 300, 0, 0), RequestTimes.of(RAN.at(-99_800, 0, 0, -99_500)));
    assertEquals(
        new RequestTimes(200, 100, 200, 0), RequestTimes.of(RAN.at(-99_800, -99_700, 0, -99_500)));
  }

  @Test
  void theSumIsTheWholeWhateverTheMarks() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 100_000; i++) {
      TestRecord request =
          RAN.at(mark(random), mark(random), mark(random), random.nextLong(-200_000, 200_000));
      RequestTimes times = RequestTimes.of(request);
      long total = Math.max(0, request.endNanos() - request.startNanos());
      assertEquals(total, times.totalNanos(), () -> "seed " + seed + ": " + request);
      assertTrue(
          times.decodeNanos() >= 0
              && times.queueNanos() >= 0
              && times.engineNanos() >= 0
              && times.encodeNanos() >= 0,
          () -> "seed " + seed + ": " + request + " gives " + times);
    }
  }

  private static long mark(SplittableRandom random) {
    return random.nextInt(4) == 0 ? 0 : random.nextLong(-200_000, 200_000);
  }
}
