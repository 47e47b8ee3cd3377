package dev.sluice.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LimiterTest {
  private final Limiter limiter = new Limiter(100);

  private int fill(String client) {
    int entered = 0;
    while (limiter.tryAcquire(client)) {
      entered++;
    }
    return entered;
  }

  @Test
  void whoHasNoNameMayHaveAll() {
    assertEquals(100, fill(""));
    assertFalse(limiter.tryAcquire("a"), "there is no place at all");
    limiter.release("");
    assertTrue(limiter.tryAcquire("a"), "one of it is let in where there is any");
    assertEquals(100, limiter.inFlight());
  }

  @Test
  void aClientLeavesAsMuchAsItHas() {
    assertEquals(50, fill("noisy"));
    assertEquals(25, fill("as noisy"));
    assertEquals(12, fill("third"));
    assertEquals(87, limiter.inFlight());
    for (int i = 0; i < 50; i++) {
      limiter.release("noisy");
    }
    assertTrue(limiter.tryAcquire("third"));
    assertEquals(38, limiter.inFlight());
  }

  @Test
  void whatWasNotAcquiredCannotBeReleased() {
    assertTrue(limiter.tryAcquire("a"));
    assertThrows(IllegalStateException.class, () -> limiter.release("b"));
    limiter.release("a");
    assertThrows(IllegalStateException.class, () -> limiter.release(""));
  }
}
