package dev.sluice.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    SpareMemory memory = new SpareMemory();
    ByteBudget bounded = new ByteBudget(100, memory);
    memory.found(50);
    assertFalse(bounded.tryTake(51));
    assertEquals("; the machine has 50 bytes of memory left for them", bounded.shortage());
    assertTrue(bounded.tryTake(50));
    memory.found(1000);
    assertFalse(bounded.tryTake(51));
    assertEquals("", bounded.shortage());
  }

  @Test
  void whatIsLeftIsGivenOnceBetweenTwoLooks() {
    SpareMemory memory = new SpareMemory();
    ByteBudget one = new ByteBudget(1000, memory);
    ByteBudget two = new ByteBudget(1000, memory);
    assertTrue(one.tryTake(40), "not looked yet");
    memory.found(50);
    assertTrue(one.tryTake(30));
    assertFalse(one.tryTake(30));
    assertFalse(two.tryTake(30));
    assertTrue(two.tryTake(20));
    two.release(20);
    assertTrue(two.tryTake(20), "it is there again");
    two.release(20);
    one.release(70);
    assertEquals(50, memory.left(), "never more than was found");
  }

  @Test
  void whatTheBudgetRefusesTakesNoMemory() {
    SpareMemory memory = new SpareMemory();
    memory.found(500);
    ByteBudget bounded = new ByteBudget(100, memory);
    assertTrue(bounded.tryTake(60));
    assertFalse(bounded.tryTake(60));
    assertEquals(440, memory.left());
  }

  @Test
  void releasingMoreThanTakenIsABug() {
    assertThrows(IllegalStateException.class, () -> budget.release(1));
  }
}
