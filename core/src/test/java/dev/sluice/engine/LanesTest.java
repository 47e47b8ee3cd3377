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
