package dev.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class EngineThreadsTest {
  /** Of the fields behind the name in brackets (proc_pid_stat): the nice value. */
  private static final int NICE = 16;

  private static int niceIn(Function<Runnable, Thread> kind) {
    CompletableFuture<Integer> nice = new CompletableFuture<>();
    kind.apply(() -> nice.complete(ownNice())).start();
    return nice.join();
  }

  private static int ownNice() {
    try {
      String stat = Files.readString(Path.of("/proc/thread-self/stat"));
      return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[NICE]);
    } catch (IOException e) {
      return Integer.MIN_VALUE;
    }
  }

  @Test
  void onlyLanesComeAfterEventLoops() {
    int own = niceIn(Thread.ofPlatform()::unstarted);
    assertEquals(own, niceIn(EngineThreads::newThread));
    assertTrue(niceIn(EngineThreads::newLane) > own);
  }

  @Test
  void aWeightDecidesByHowMuch() {
    assertEquals(EngineThreads.niceValue(1), niceIn(EngineThreads::newLane));
    for (double weight : new double[] {EngineThreads.LEAST_WEIGHT, 0.5, 4}) {
      assertEquals(
          EngineThreads.niceValue(weight), niceIn(work -> EngineThreads.newLane(work, weight)));
    }
  }

  @Test
  void aStepGivesAQuarterMore() {
    assertEquals(10, EngineThreads.niceValue(1));
    assertEquals(7, EngineThreads.niceValue(2));
    assertEquals(13, EngineThreads.niceValue(0.5));
    assertEquals(19, EngineThreads.niceValue(EngineThreads.LEAST_WEIGHT));
    assertEquals(1, EngineThreads.niceValue(EngineThreads.MOST_WEIGHT));
  }
}
