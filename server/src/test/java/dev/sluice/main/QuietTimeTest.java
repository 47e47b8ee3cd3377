package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class QuietTimeTest {
  private final AtomicLong now = new AtomicLong(5);
  private final QuietTime quiet = new QuietTime(Duration.ofNanos(100), now::get);

  private boolean lookAfter(long nanos, boolean quietNow) {
    now.addAndGet(nanos);
    return quiet.look(quietNow);
  }

  @Test
  void isOverWhenItWasQuietAtEveryLook() {
    assertFalse(lookAfter(60, true));
    assertTrue(lookAfter(40, true));
  }

  @Test
  void beginsAnewWithEveryNoise() {
    assertFalse(lookAfter(99, true));
    assertFalse(lookAfter(50, false));
    assertFalse(lookAfter(99, true));
    assertTrue(lookAfter(1, true));
  }
}
