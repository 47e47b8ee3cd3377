package dev.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LanesTest {
  private static final Completion NOBODY =
      new Completion() {
        @Override
        public void succeeded(Tensor[] outputs) {}

        @Override
        public void failed(ServingException failure) {}
      };

  @Test
  void fullQueueRefuses() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (Lanes lanes =
        new Lanes(
            "test",
            1,
            2,
            (request, completion) -> {
              started.countDown();
              awaitQuietly(go);
            })) {
      assertTrue(lanes.offer(new Numbered(0), NOBODY));
      assertTrue(started.await(30, TimeUnit.SECONDS));
      assertTrue(lanes.offer(new Numbered(1), NOBODY));
      assertTrue(lanes.offer(new Numbered(2), NOBODY));
      assertFalse(lanes.offer(new Numbered(3), NOBODY));
      go.countDown();
    }
  }

  @Test
  void closeRunsWhatWasAcceptedAndRefusesTheRest() {
    AtomicInteger ran = new AtomicInteger();
    Lanes lanes = new Lanes("test", 2, 100, (request, completion) -> ran.incrementAndGet());
    for (int i = 0; i < 50; i++) {
      assertTrue(lanes.offer(new Numbered(i), NOBODY));
    }
    lanes.close();

    assertEquals(50, ran.get());
    assertFalse(lanes.offer(new Numbered(50), NOBODY));
  }

  @Test
  void aBugInARunCostsThatRunOnly() throws InterruptedException {
    CountDownLatch second = new CountDownLatch(1);
    List<Throwable> bugs = new ArrayList<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, bug) -> bugs.add(bug));
    try (Lanes lanes =
        new Lanes(
            "test",
            1,
            8,
            (request, completion) -> {
              if (((Numbered) request).number() == 0) {
                throw new IllegalStateException("a bug");
              }
              second.countDown();
            })) {
      lanes.offer(new Numbered(0), NOBODY);
      lanes.offer(new Numbered(1), NOBODY);
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
      try (Lanes lanes =
          new Lanes(
              "test",
              4,
              8,
              (request, completion) -> {
                if (((Numbered) request).number() == 0) {
                  lane.set(Thread.currentThread());
                } else {
                  together.countDown();
                  awaitQuietly(together);
                }
              })) {
        assertTrue(lanes.offer(new Numbered(0), NOBODY));
        awaitIdle(lane);
        for (int i = 1; i <= 3; i++) {
          assertTrue(lanes.offer(new Numbered(i), NOBODY));
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
    Lanes lanes =
        new Lanes(
            "test",
            2,
            8,
            (request, completion) -> {
              awaitQuietly(go);
              ran.incrementAndGet();
            },
            work ->
                left.getAndDecrement() > 0
                    ? Thread.ofPlatform().daemon().unstarted(work)
                    : new Unstartable());
    assertFalse(lanes.offer(new Numbered(0), NOBODY), "no thread, so nobody would ever run it");
    left.set(1);
    assertTrue(lanes.offer(new Numbered(1), NOBODY));
    assertTrue(lanes.offer(new Numbered(2), NOBODY), "waits for the one lane");
    left.set(1);
    assertTrue(lanes.offer(new Numbered(3), NOBODY), "starts the second lane");
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
      Lanes lanes =
          new Lanes(
              "test",
              1 + random.nextInt(4),
              1 + random.nextInt(64),
              (request, completion) -> ran.incrementAndGet(((Numbered) request).number()));
      List<Thread> threads = new ArrayList<>();
      for (int p = 0; p < producers; p++) {
        int first = p * each;
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int i = first; i < first + each; i++) {
                        if (lanes.offer(new Numbered(i), NOBODY)) {
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

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private record Numbered(int number) implements RunRequest {
    @Override
    public Signature signature() {
      return new Signature("", "", List.of(), List.of(), Map.of());
    }

    @Override
    public @Nullable Tensor input(int index) {
      return null;
    }

    @Override
    public int[] outputs() {
      return new int[0];
    }

    @Override
    public boolean isAbandoned() {
      return false;
    }
  }
}
