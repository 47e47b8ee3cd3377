package dev.sluice.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ByteShareTest {
  private final ByteBudget budget = new ByteBudget(100);

  @Test
  void growsAndIsGivenBackOnce() {
    ByteShare share = new ByteShare(budget);
    assertTrue(share.tryGrow(30));
    assertTrue(share.tryGrow(70));
    assertEquals(100, share.held());
    share.close();
    share.close();
    assertEquals(0, budget.held());
  }

  @Test
  void aRefusedGrowthLeavesItAsItWas() {
    assertTrue(budget.tryTake(60));
    ByteShare share = new ByteShare(budget);
    assertTrue(share.tryGrow(30));
    assertFalse(share.tryGrow(11));
    assertEquals(30, share.held());
    share.close();
    assertEquals(60, budget.held());
  }

  @Test
  void growsBeyondTheBudgetWhileItIsAlone() {
    ByteShare share = new ByteShare(budget);
    assertTrue(share.tryGrow(90));
    assertTrue(share.tryGrow(90));
    share.close();
    assertEquals(0, budget.held());
  }
}
