package dev.sluice.batching;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bugs, bad requests and bad moments cost those they belong to and nobody else. */
@Timeout(120)
final class LaneTroubleTest {
  private static final long MILLI = 1_000_000;

  private final AtomicLong now = new AtomicLong();
  private final NumberModel model = new NumberModel(NumberModel.Kind.TWICE);
  private final Queue<Runnable> endOfTurn = new ArrayDeque<>();
  private Consumer<ServableId> expired = id -> {};
  private LaneServable lanes = lanes(2, true, Duration.ZERO);

  private LaneServable lanes(int count, boolean merges, Duration objective) {
    return new LaneServable(
        new ServableId("m", 1),
        model,
        new LaneOptions(
            count,
            100,
            merges,
            false,
            objective,
            new TestTurns(endOfTurn::add, now::get),
            id -> expired.accept(id),
            (id, rows) -> {}),
        now::get);
  }

  private void use(LaneServable others) {
    lanes.close();
    lanes = others;
  }

  @AfterEach
  void close() {
    lanes.close();
    assertEquals(0, model.memory().open());
  }

  private NumberRequest send(float... values) {
    NumberRequest request = new NumberRequest(model, values);
    lanes.run(request, request);
    return request;
  }

  private NumberRequest ask(float... values) {
    NumberRequest request = send(values);
    endTurn();
    return request.await();
  }

  private void endTurn() {
    while (!endOfTurn.isEmpty()) {
      endOfTurn.remove().run();
    }
  }

  @Test
  void aBugAroundARunLeavesNoRequestWithoutItsEnd() {
    expired =
        id -> {
          throw new IllegalStateException("a bug, as the test wants it");
        };
    NumberRequest request = new NumberRequest(model, 1, 2);
    request.abandon();
    lanes.run(request, request);
    assertEquals(Code.INTERNAL, request.await().code());
  }

  @Test
  void aRequestThatFailsFailsNobodyElse() {
    use(lanes(1, true, Duration.ZERO));
    learnThatRunsAreCheap();
    NumberRequest first = send(1, 2);
    NumberRequest poisoned = send(3, NumberModel.POISON);
    NumberRequest last = send(5, 6);
    endTurn();
    assertArrayEquals(new float[] {2, 4}, first.await().answer());
    assertEquals(Code.DATA_LOSS, poisoned.await().code());
    assertArrayEquals(new float[] {10, 12}, last.await().answer());
  }

  /** Goes on until a run stays on this thread. */
  private void learnThatRunsAreCheap() {
    Thread ended;
    do {
      ended = ask(1, 2).endedOn();
    } while (ended != Thread.currentThread());
  }

  @Test
  void requestsThatFailDoNotRuleOutThatOthersShareRuns() {
    use(lanes(1, true, Duration.ZERO));
    for (int i = 0; i < 20; i++) {
      assertEquals(Code.DATA_LOSS, ask(1, NumberModel.POISON).code());
    }
    ask(1, 2);
    ask(1, 2); // the trial is over
    assertEquals(2, model.mostRows());
  }

  /** There it would hold up others, and the servable may be unloaded under it. */
  @Test
  void noTrialRunsOnTheCallersThread() throws InterruptedException {
    CountDownLatch trying = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger runs = new AtomicInteger();
    AtomicInteger here = new AtomicInteger();
    Thread caller = Thread.currentThread();
    model.before(
        () -> {
          if (Thread.currentThread() == caller) {
            here.incrementAndGet();
          }
          if (runs.incrementAndGet() == 2) {
            trying.countDown();
            awaitQuietly(goOn);
            throw new IllegalStateException("tells nothing, as the test wants it");
          }
        });
    ask(1, 2); // brings a trial that takes long
    trying.await();
    learnThatRunsAreCheap();
    goOn.countDown();
    while (model.mostRows() < 2) {
      int before = here.get();
      ask(1, 2);
      assertTrue(here.get() - before <= 1, "a trial");
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void oneSlowRunIsNotTheLast() {
    int count = 20; // and as many lanes, so that one is free even if the others are slow to say so
    use(lanes(count, false, Duration.ofMillis(10)));
    model.before(() -> now.addAndGet(500 * MILLI));
    for (int i = 0; i < count; i++) {
      assertEquals(Code.OK, ask(1, 2).code(), "nothing else was there");
    }
  }
}
