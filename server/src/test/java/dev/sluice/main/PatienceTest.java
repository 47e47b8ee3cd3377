package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class PatienceTest {
  private static final Duration LONG = Duration.ofDays(1);

  @Test
  void waitsUntilWhatIsWaitedForHasCome() throws Exception {
    AtomicInteger times = new AtomicInteger();
    assertTrue(new Patience(LONG).awaitUntil(() -> times.incrementAndGet() == 3));
    assertTrue(new Patience(Duration.ZERO).await(most -> true));
  }

  @Test
  void hasAnEndOfItsOwn() throws Exception {
    Patience none = new Patience(Duration.ZERO);
    none.awaitEnd();
    assertEquals(Duration.ZERO, none.left());
    assertFalse(new Patience(Duration.ofMillis(20)).awaitUntil(() -> false));
  }

  @Test
  void whoIsInAHurryEndsIt() throws Exception {
    Patience patience = new Patience(LONG);
    Thread hurried = Thread.ofVirtual().start(patience::lose);
    patience.awaitEnd();
    assertEquals(Duration.ZERO, patience.left());
    assertFalse(patience.await(most -> false));
    hurried.join();
  }

  @Test
  void stepsWaitNoLongerThanWhatIsLeft() throws Exception {
    Patience patience = new Patience(Duration.ZERO);
    assertFalse(
        patience.await(
            most -> {
              assertEquals(Duration.ZERO, most);
              return false;
            }));
  }
}
