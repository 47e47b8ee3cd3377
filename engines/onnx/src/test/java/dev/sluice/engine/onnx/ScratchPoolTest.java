package dev.sluice.engine.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.ServingException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class ScratchPoolTest {
  private final OrtRunOptions options = new OnnxEngine().library().runOptions();

  ScratchPoolTest() throws ServingException {}

  private ScratchPool pool() {
    return new ScratchPool(() -> new Scratch(1, 1, options.create()));
  }

  @Test
  void aThreadGetsItsScratchBack() throws OrtException {
    ScratchPool pool = pool();
    Scratch first = pool.acquire();
    pool.release(first);
    assertSame(first, pool.acquire());
    pool.release(first);
  }

  @Test
  void moreThanItKeepsAreLent() throws OrtException {
    ScratchPool pool = pool();
    List<Scratch> lent = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      lent.add(pool.acquire());
    }
    assertEquals(100, new HashSet<>(lent).size());
    lent.forEach(pool::release);
    assertTrue(lent.contains(pool.acquire()));
  }

  @Test
  void noScratchIsLentTwiceAtOnce() throws Exception {
    ScratchPool pool = pool();
    ConcurrentHashMap<Scratch, Boolean> out = new ConcurrentHashMap<>();
    List<Future<Integer>> threads = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(8)) {
      for (int thread = 0; thread < 8; thread++) {
        threads.add(
            executor.submit(
                () -> {
                  int shared = 0;
                  for (int i = 0; i < 20_000; i++) {
                    Scratch scratch = pool.acquire();
                    shared += out.put(scratch, true) == null ? 0 : 1;
                    out.remove(scratch);
                    pool.release(scratch);
                  }
                  return shared;
                }));
      }
      for (Future<Integer> thread : threads) {
        assertEquals(0, thread.get());
      }
    }
  }
}
