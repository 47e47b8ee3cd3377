package dev.sluice.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

final class PerSecondTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void soManyAreAllowedInEachSecond() {
    PerSecond rate = new PerSecond(2);
    for (long second : new long[] {-5, -4, 0, 1, 1_000_000_000}) {
      assertTrue(rate.tryTake(second * SECOND));
      assertTrue(rate.tryTake(second * SECOND + 1));
      assertFalse(rate.tryTake(second * SECOND + SECOND - 1), "second " + second);
    }
    assertEquals(5, rate.takeRefused());
    assertEquals(0, rate.takeRefused());
  }

  @Test
  void threadsShareWhatIsAllowed() {
    PerSecond rate = new PerSecond(100);
    LongAdder allowed = new LongAdder();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int t = 0; t < 4; t++) {
        threads.execute(
            () -> {
              for (int i = 0; i < 10_000; i++) {
                if (rate.tryTake(42)) {
                  allowed.increment();
                }
              }
            });
      }
    }
    assertEquals(100, allowed.sum());
    assertEquals(40_000 - 100, rate.takeRefused());
  }
}
