package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replays what was recorded of the reference's life cycle: versions come, go, break and are
 * repaired. {@code differences.json} names what is otherwise on purpose, and why.
 */
class LifecycleScenarioTest {
  /** Mostly they wait for the file system to be looked at again. */
  private static final int AT_ONCE = 6;

  @TempDir private static Path scratch;
  private static ExecutorService threads;

  @BeforeAll
  static void startThreads() {
    threads = Executors.newFixedThreadPool(AT_ONCE, Thread.ofPlatform().daemon().factory());
  }

  @AfterAll
  static void stopThreads() {
    threads.shutdownNow();
  }

  @TestFactory
  Stream<DynamicTest> asRecorded() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Scenario scenario : Scenario.all()) {
      Future<List<String>> problems = threads.submit(replay(scenario));
      tests.add(
          DynamicTest.dynamicTest(scenario.name(), () -> assertEquals(List.of(), problems.get())));
    }
    assertTrue(tests.size() >= 50, "only " + tests.size() + " scenarios");
    return tests.stream();
  }

  private static Callable<List<String>> replay(Scenario scenario) {
    return () -> {
      try (ScenarioReplay replay = new ScenarioReplay(scenario, scratch.resolve(scenario.name()))) {
        return replay.run();
      }
    };
  }
}
