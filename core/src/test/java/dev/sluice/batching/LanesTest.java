package dev.sluice.batching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.EngineThreads;
import dev.sluice.servable.Caller;
import dev.sluice.servable.Code;
import dev.sluice.servable.RunUnderWay;
import dev.sluice.servable.ServingException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LanesTest {
  @Test
  void fullQueueRefuses() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (Lanes<Integer> lanes =
        new Lanes<>(
            "test",
            1,
            new Numbers(
                2,
                number -> {
                  started.countDown();
                  awaitQuietly(go);
                }),
            EngineThreads::newLane)) {
      assertNull(offer(lanes, 0));
      assertTrue(started.await(30, TimeUnit.SECONDS));
      assertNull(offer(lanes, 1));
      assertNull(offer(lanes, 2));
      assertNotNull(offer(lanes, 3));
      go.countDown();
    }
  }

  @Test
  void closeRunsWhatWasAcceptedAndRefusesTheRest() {
    AtomicInteger ran = new AtomicInteger();
    Lanes<Integer> lanes =
        new Lanes<>(
            "test", 2, new Numbers(100, number -> ran.incrementAndGet()), EngineThreads::newLane);
    for (int i = 0; i < 50; i++) {
      assertNull(offer(lanes, i));
    }
    lanes.close();

    assertEquals(50, ran.get());
    assertNotNull(offer(lanes, 50));
  }

  @Test
  void aBugInARunCostsThatRunOnly() throws InterruptedException {
    CountDownLatch second = new CountDownLatch(1);
    List<Throwable> bugs = new ArrayList<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, bug) -> bugs.add(bug));
    try (Lanes<Integer> lanes =
        new Lanes<>(
            "test",
            1,
            new Numbers(
                8,
                number -> {
                  if (number == 0) {
                    throw new IllegalStateException("a bug");
                  }
                  second.countDown();
                }),
            EngineThreads::newLane)) {
      assertNull(offer(lanes, 0));
      assertNull(offer(lanes, 1));
      assertTrue(second.await(30, TimeUnit.SECONDS));
      assertEquals(1, bugs.size());
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  /** An idle lane that has been called and is not awake yet is not there for a second run. */
  @Test
  void whatComesTogetherRunsSideBySide() throws InterruptedException {
    for (int round = 0; round < 20; round++) {
      AtomicReference<Thread> lane = new AtomicReference<>();
      CountDownLatch together = new CountDownLatch(3);
      try (Lanes<Integer> lanes =
          new Lanes<>(
              "test",
              4,
              new Numbers(
                  8,
                  number -> {
                    if (number == 0) {
                      lane.set(Thread.currentThread());
                    } else {
                      together.countDown();
                      awaitQuietly(together);
                    }
                  }),
              EngineThreads::newLane)) {
        assertNull(offer(lanes, 0));
        awaitIdle(lane);
        for (int i = 1; i <= 3; i++) {
          assertNull(offer(lanes, i));
        }
        assertTrue(together.await(30, TimeUnit.SECONDS), "three runs, and room for four");
      } finally {
        while (together.getCount() > 0) {
          together.countDown();
        }
      }
    }
  }

  private static void awaitIdle(AtomicReference<Thread> lane) {
    Thread thread = lane.get();
    while (thread == null || thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
      thread = lane.get();
    }
  }

  @Test
  void aThreadThatCannotBeStartedCostsNothingThatOthersCanDo() throws InterruptedException {
    AtomicInteger left = new AtomicInteger();
    AtomicInteger ran = new AtomicInteger();
    CountDownLatch go = new CountDownLatch(1);
    Lanes<Integer> lanes =
        new Lanes<>(
            "test",
            2,
            new Numbers(
                8,
                number -> {
                  awaitQuietly(go);
                  ran.incrementAndGet();
                }),
            work ->
                left.getAndDecrement() > 0
                    ? Thread.ofPlatform().daemon().unstarted(work)
                    : new Unstartable());
    assertNotNull(offer(lanes, 0), "no thread, so nobody would ever run it");
    left.set(1);
    assertNull(offer(lanes, 1));
    assertNull(offer(lanes, 2), "waits for the one lane");
    left.set(1);
    assertNull(offer(lanes, 3), "starts the second lane");
    go.countDown();
    lanes.close();
    assertEquals(3, ran.get());
  }

  /** As when the system has no thread left. */
  private static final class Unstartable extends Thread {
    @Override
    public void start() {
      throw new OutOfMemoryError("unable to create native thread");
    }
  }

  @Test
  void everyAcceptedRunHappensExactlyOnce() throws InterruptedException {
    long seed = System.nanoTime();
    System.out.println("LanesTest seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 30; round++) {
      int producers = 1 + random.nextInt(4);
      int each = 1 + random.nextInt(2000);
      AtomicIntegerArray ran = new AtomicIntegerArray(producers * each);
      AtomicIntegerArray accepted = new AtomicIntegerArray(producers * each);
      Lanes<Integer> lanes =
          new Lanes<>(
              "test",
              1 + random.nextInt(4),
              new Numbers(1 + random.nextInt(64), number -> ran.incrementAndGet(number)),
              EngineThreads::newLane);
      List<Thread> threads = new ArrayList<>();
      for (int p = 0; p < producers; p++) {
        int first = p * each;
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int i = first; i < first + each; i++) {
                        if (offer(lanes, i) == null) {
                          accepted.incrementAndGet(i);
                        }
                      }
                    }));
      }
      if (random.nextBoolean()) {
        lanes.close(); // while producers are at it
      }
      for (Thread thread : threads) {
        thread.join();
      }
      lanes.close();
      for (int i = 0; i < producers * each; i++) {
        assertEquals(accepted.get(i), ran.get(i), "run " + i + ", seed " + seed);
      }
    }
  }

  /** What is quick is done here, in order; a lane is woken for what is left. */
  @Test
  @Timeout(60)
  void aThreadThatDoesTheWorkOfALaneLeavesToItWhatItMayNotDo() throws InterruptedException {
    List<Integer> here = new ArrayList<>();
    CountDownLatch onLane = new CountDownLatch(2);
    CountDownLatch mayBegin = new CountDownLatch(1);
    Thread caller = Thread.currentThread();
    try (Lanes<Integer> lanes =
        lateLanes(
            mayBegin,
            number -> {
              if (Thread.currentThread() == caller) {
                here.add(number);
              } else {
                onLane.countDown();
              }
            })) {
      assertNull(lanes.offer(new ArrayDeque<>(List.of(2, 4, 5, 6)), false));
      assertFalse(lanes.work(Long.MAX_VALUE / 2, System::nanoTime));
      mayBegin.countDown();
      onLane.await();
    }
    assertEquals(List.of(2, 4), here);
  }

  @Test
  @Timeout(60)
  void aBugInTheWorkDoneHereLosesNothing() {
    AtomicInteger ran = new AtomicInteger();
    CountDownLatch mayBegin = new CountDownLatch(1);
    Thread caller = Thread.currentThread();
    try (Lanes<Integer> lanes =
        lateLanes(
            mayBegin,
            number -> {
              ran.incrementAndGet();
              if (Thread.currentThread() == caller) {
                throw new IllegalStateException("a bug");
              }
            })) {
      assertNull(lanes.offer(new ArrayDeque<>(List.of(2, 4, 6)), false));
      assertThrows(
          IllegalStateException.class, () -> lanes.work(Long.MAX_VALUE / 2, System::nanoTime));
      lanes.wake();
      mayBegin.countDown();
    }
    assertEquals(3, ran.get());
  }

  /** Returns one lane that begins when it may. */
  private static Lanes<Integer> lateLanes(CountDownLatch mayBegin, IntConsumer runner) {
    return new Lanes<>(
        "test",
        1,
        new Numbers(100, runner),
        lane ->
            Thread.ofPlatform()
                .unstarted(
                    () -> {
                      awaitQuietly(mayBegin);
                      lane.run();
                    }));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Holds numbers up to a capacity, and gives them out one at a time. */
  private static final class Numbers implements Lanes.Backlog<Integer> {
    private final int capacity;
    private final IntConsumer runner;
    private final ArrayDeque<Integer> waiting = new ArrayDeque<>();

    Numbers(int capacity, IntConsumer runner) {
      this.capacity = capacity;
      this.runner = runner;
    }

    @Override
    public @Nullable ServingException add(Integer number) {
      if (waiting.size() == capacity) {
        return new ServingException(Code.UNAVAILABLE, "full");
      }
      waiting.add(number);
      return null;
    }

    @Override
    public @Nullable ServingException overload(Caller caller, long waitedNanos) {
      return null;
    }

    @Override
    public int size() {
      return waiting.size();
    }

    @Override
    public Lanes.Work take() {
      int number = waiting.remove();
      return onLane -> runner.accept(number);
    }

    /** Even numbers are quick. */
    @Override
    public Lanes.@Nullable Work takeWithin(long nanos) {
      return hasWithin(nanos) ? take() : null;
    }

    @Override
    public boolean hasWithin(long nanos) {
      return nanos > 0 && waiting.getFirst() % 2 == 0;
    }

    @Override
    public void done(Lanes.Work work) {}

    @Override
    public List<RunUnderWay> underWay() {
      return List.of();
    }
  }

  private static @Nullable ServingException offer(Lanes<Integer> lanes, int task) {
    return lanes.offer(new ArrayDeque<>(List.of(task)), true);
  }
}
