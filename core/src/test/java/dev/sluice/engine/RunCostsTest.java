package dev.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RunCostsTest {
  private final RunCosts costs = new RunCosts();

  private void add(int count, long nanos) {
    for (int i = 0; i < count; i++) {
      costs.add(5, nanos);
    }
  }

  @Test
  void nothingIsKnownBeforeTheFirstWindowIsFull() {
    add(RunCosts.WINDOW - 1, 10);
    assertFalse(costs.isKnownBelow(5, Long.MAX_VALUE));
    add(1, 10);
    assertTrue(costs.isKnownBelow(5, 10));
  }

  @Test
  void theShortestOfAWindowCounts() {
    add(RunCosts.WINDOW / 2, 1_000_000);
    add(1, 700);
    add(RunCosts.WINDOW / 2 - 1, 1_000_000);
    assertTrue(costs.isKnownBelow(5, 700));
    assertFalse(costs.isKnownBelow(5, 699));
  }

  @Test
  void whatHasBecomeSlowIsForgottenAfterAWindow() {
    add(RunCosts.WINDOW, 700);
    add(RunCosts.WINDOW, 5_000_000_000L);
    assertFalse(costs.isKnownBelow(5, 1_000_000));
  }

  @Test
  void sizesAreApart() {
    add(RunCosts.WINDOW, 700);
    assertFalse(costs.isKnownBelow(4, 1_000_000));
    assertFalse(costs.isKnownBelow(6, 1_000_000));
  }
}
