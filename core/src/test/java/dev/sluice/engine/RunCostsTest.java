package dev.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.testing.EchoServable;
import org.junit.jupiter.api.Test;

class RunCostsTest {
  private final EchoServable servable = new EchoServable(DataType.FLOAT);
  private final RunCosts costs = new RunCosts();

  private RunCosts.Cost cost(long... dims) {
    try (TestRun run =
        TestRun.of(servable, "serving_default")
            .with(
                "x",
                servable
                    .allocator()
                    .allocate(DataType.FLOAT, Shape.of(dims), 4 * Shape.of(dims).elements()))) {
      return costs.of(run);
    }
  }

  private static void add(RunCosts.Cost cost, int count, long nanos) {
    for (int i = 0; i < count; i++) {
      cost.add(nanos);
    }
  }

  @Test
  void nothingIsKnownBeforeTheFirstWindowIsFull() {
    RunCosts.Cost cost = cost(3);
    add(cost, RunCosts.WINDOW - 1, 10);
    assertFalse(cost.isKnownBelow(Long.MAX_VALUE));
    add(cost, 1, 10);
    assertTrue(cost.isKnownBelow(10));
  }

  @Test
  void theShortestOfAWindowCounts() {
    RunCosts.Cost cost = cost(3);
    add(cost, RunCosts.WINDOW / 2, 1_000_000);
    add(cost, 1, 700);
    add(cost, RunCosts.WINDOW / 2 - 1, 1_000_000);
    assertTrue(cost.isKnownBelow(700));
    assertFalse(cost.isKnownBelow(699));
  }

  @Test
  void whatHasBecomeSlowIsForgottenAfterAWindow() {
    RunCosts.Cost cost = cost(3);
    add(cost, RunCosts.WINDOW, 700);
    add(cost, RunCosts.WINDOW, 5_000_000_000L);
    assertFalse(cost.isKnownBelow(1_000_000));
  }

  @Test
  void shapesAreApart() {
    assertSame(cost(2, 3), cost(2, 3));
    assertNotSame(cost(2, 3), cost(3, 2));
    assertNotSame(cost(6), cost(3, 2));
    assertNotSame(cost(0, 1_000_000), cost(0));
  }

  @Test
  void moreShapesThanPlacesForgetEachOtherAndNothingElse() {
    for (int n = 1; n < 2000; n++) {
      assertSame(cost(n), cost(n));
    }
  }
}
