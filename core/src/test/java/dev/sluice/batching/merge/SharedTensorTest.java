package dev.sluice.batching.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.engine.TestTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.testing.CountingAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SharedTensorTest {
  private static final int PARTS = 64;

  private final CountingAllocator memory = new CountingAllocator();

  private SharedTensor shared() {
    return new SharedTensor(TestTensors.floats(memory, Shape.of(PARTS), new float[PARTS]), PARTS);
  }

  @Test
  void isClosedWithItsLastPart() {
    SharedTensor shared = shared();
    Tensor part = shared.part(Shape.of(1), 4, 4);
    shared.release(PARTS - 1);
    assertEquals(1, memory.open());
    part.close();
    assertEquals(0, memory.open());
  }

  @Test
  void partsMayBeClosedOnAnyThreads() throws InterruptedException {
    SharedTensor shared = shared();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < PARTS; i++) {
      Tensor part = shared.part(Shape.of(1), 4L * i, 4);
      threads.add(Thread.ofPlatform().start(part::close));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(0, memory.open());
  }
}
