package dev.sluice.batching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sluice.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

final class QueueTableTest {
  private final NumberModel model = new NumberModel(NumberModel.Kind.TWICE);
  private final QueueTable table = new QueueTable();

  private RequestQueue queueOf(Shape shape) {
    float[] values = new float[(int) shape.elements()];
    return table.queueOf(new NumberRequest(model, shape, values), true, true);
  }

  /** These have the same hash, for 31 of the last dimension are one of that before it. */
  private static Shape colliding(int kind) {
    return Shape.of(1, kind, 31L * (10 - kind) + 1);
  }

  @Test
  void requestsOfOneKindHaveOneQueue() {
    assertSame(queueOf(Shape.of(1, 2)), queueOf(Shape.of(5, 2)));
    assertNotSame(queueOf(Shape.of(1, 2)), queueOf(Shape.of(1, 3)));
  }

  @Test
  void kindsThatCollideKeepTheirQueues() {
    List<RequestQueue> queues = new ArrayList<>();
    for (int kind = 1; kind <= 4; kind++) {
      queues.add(queueOf(colliding(kind)));
    }
    for (int round = 0; round < 3; round++) {
      for (int kind = 1; kind <= 4; kind++) {
        assertSame(queues.get(kind - 1), queueOf(colliding(kind)), "kind " + kind);
      }
    }
  }

  @Test
  void oneKindTooManyTakesTheFirstPlaceAndLeavesTheOthers() {
    List<RequestQueue> queues = new ArrayList<>();
    for (int kind = 1; kind <= 5; kind++) {
      queues.add(queueOf(colliding(kind)));
    }
    for (int kind = 2; kind <= 5; kind++) {
      assertSame(queues.get(kind - 1), queueOf(colliding(kind)), "kind " + kind);
    }
    assertNotSame(queues.getFirst(), queueOf(colliding(1)));
  }

  @Test
  void threadsThatComeFirstTogetherGetOneQueue() throws InterruptedException {
    for (int round = 1; round <= 100; round++) {
      Shape shape = Shape.of(1, round);
      Set<RequestQueue> found =
          Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
      CyclicBarrier start = new CyclicBarrier(2);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        start.await();
                      } catch (Exception e) {
                        throw new AssertionError(e);
                      }
                      found.add(queueOf(shape));
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertEquals(1, found.size());
    }
  }
}
