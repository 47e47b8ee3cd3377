package dev.sluice.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {
  private final ByteBudget budget = new ByteBudget(100);

  @Test
  void refusesWhatDoesNotFit() {
    assertTrue(budget.tryTake(60));
    assertFalse(budget.tryTake(41));
    assertTrue(budget.tryTake(40));
    budget.release(60);
    assertTrue(budget.tryTake(60));
    assertEquals(100, budget.held());
  }

  @Test
  void oneRequestMayBeLargerThanAll() {
    assertTrue(budget.tryTake(1000));
    assertFalse(budget.tryTake(1));
    budget.release(1000);
    assertTrue(budget.tryTake(1));
  }

  @Test
  void theOneThatIsAloneMayGrowBeyondAll() {
    assertTrue(budget.tryTake(60));
    assertTrue(budget.tryGrow(60, 60));
    assertFalse(budget.tryTake(1));
    budget.release(60);
    assertTrue(budget.tryTake(1));
    assertFalse(budget.tryGrow(60, 60));
  }

  @Test
  void nothingIsLetInForWhichThereIsNoMemory() {
    AtomicLong free = new AtomicLong(50);
    ByteBudget bounded = new ByteBudget(100, free::get);
    assertFalse(bounded.tryTake(51));
    assertEquals("; the machine has 50 bytes of memory left for them", bounded.shortage());
    assertTrue(bounded.tryTake(50));
    free.set(1000);
    assertFalse(bounded.tryTake(51));
    assertEquals("", bounded.shortage());
  }

  @Test
  void releasingMoreThanTakenIsABug() {
    assertThrows(IllegalStateException.class, () -> budget.release(1));
  }
}
