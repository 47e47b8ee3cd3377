package dev.sluice.lifecycle;

import static dev.sluice.lifecycle.ManagerHarness.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServingException;
import dev.sluice.source.AspiredVersions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ManagerRetryTest {
  private static FakeEngine.Script failingUntil(int attempt) {
    return now -> {
      if (now < attempt) {
        throw new ServingException(Code.DATA_LOSS, "broken, try " + now);
      }
    };
  }

  @Test
  void failedLoadIsTriedAgainAfterEachPause() {
    try (ManagerHarness harness = new ManagerHarness(ManagerHarness.retries(2), List.of())) {
      harness.engine.script(id(1), failingUntil(3));
      harness.aspire(1);
      awaitRetry(harness, 1);
      assertEquals(VersionState.LOADING, harness.state(1));
      assertEquals(Health.OK, harness.status(1).health());
      assertEquals("broken, try 1", harness.status(1).lastAttempt().message());
      harness.timer.fire();
      awaitRetry(harness, 2);
      harness.timer.fire();
      harness.awaitState(1, VersionState.AVAILABLE);
      assertEquals(Health.OK, harness.status(1).lastAttempt());
      assertEquals(List.of(Duration.ofSeconds(60), Duration.ofSeconds(60)), harness.timer.asked());
    }
  }

  private static void awaitRetry(ManagerHarness harness, int attempts) {
    harness.await(
        () -> {
          VersionStatus status = harness.manager.states().version(id(1));
          return status != null && status.lastAttempt().message().equals("broken, try " + attempts);
        });
    harness.flush();
    assertEquals(1, harness.timer.waiting());
  }

  @Test
  void lastRetryEndsInTheLastError() {
    try (ManagerHarness harness = new ManagerHarness(ManagerHarness.retries(1), List.of())) {
      harness.engine.script(id(1), FakeEngine.failing());
      harness.aspire(1);
      awaitRetry(harness, 1);
      harness.timer.fire();
      harness.awaitState(1, VersionState.END);
      assertEquals(new Health(Code.DATA_LOSS, "broken, try 2"), harness.status(1).health());
      assertEquals(0, harness.timer.waiting());
      harness.aspire(1);
      harness.flush();
      assertEquals(2, harness.engine.attempts(id(1)), "an error stays while nothing changes");
    }
  }

  @Test
  void negativeIntervalDoesNotPause() {
    ManagerOptions options =
        new ManagerOptions(
            new AvailabilityPreservingPolicy(), 1, 1, 3, Duration.ofMillis(-1), Long.MAX_VALUE);
    try (ManagerHarness harness = new ManagerHarness(options, List.of())) {
      harness.engine.script(id(1), failingUntil(4));
      harness.aspire(1);
      harness.awaitState(1, VersionState.AVAILABLE);
      assertEquals(List.of(), harness.timer.asked());
    }
  }

  @Test
  void waitingForARetryHoldsNoLoadThread() {
    ManagerOptions options =
        new ManagerOptions(
            new AvailabilityPreservingPolicy(), 1, 1, 5, Duration.ofSeconds(60), Long.MAX_VALUE);
    try (ManagerHarness harness = new ManagerHarness(options, List.of())) {
      harness.engine.script(id(1), FakeEngine.failing());
      harness.aspire(1);
      awaitRetry(harness, 1);
      harness.aspire(1, 2);
      harness.awaitState(2, VersionState.AVAILABLE);
      assertEquals(VersionState.LOADING, harness.state(1));
    }
  }

  @Test
  void unwantedVersionIsNotTriedAgain() {
    try (ManagerHarness harness = new ManagerHarness()) {
      harness.engine.script(id(1), FakeEngine.failing());
      harness.aspire(1);
      awaitRetry(harness, 1);
      harness.aspire();
      harness.awaitState(1, VersionState.END);
      assertEquals(Code.DATA_LOSS, harness.status(1).health().code());
      assertEquals(0, harness.timer.waiting());
    }
  }

  @Test
  void versionThatReturnsInAnotherWishIsTriedAfresh() {
    try (ManagerHarness harness = new ManagerHarness(ManagerHarness.retries(0), List.of())) {
      harness.engine.script(id(1), failingUntil(2));
      harness.aspire(1);
      harness.awaitState(1, VersionState.END);
      harness.aspire();
      harness.aspire(1);
      harness.awaitState(1, VersionState.AVAILABLE);
    }
  }

  @Test
  void repairedFilesAreTriedAgain() {
    try (ManagerHarness harness = new ManagerHarness(ManagerHarness.retries(0), List.of())) {
      harness.engine.script(id(1), failingUntil(2));
      harness.aspire(1);
      harness.awaitState(1, VersionState.END);
      harness.files.put(id(1), 5L);
      reportUntilAvailable(harness);
      assertEquals(
          List.of(
              VersionState.START,
              VersionState.LOADING,
              VersionState.END,
              VersionState.START,
              VersionState.LOADING,
              VersionState.AVAILABLE),
          harness.sequence(1));
    }
  }

  @Test
  void repairedFilesCutTheWaitForARetryShort() {
    try (ManagerHarness harness = new ManagerHarness()) {
      harness.engine.script(id(1), failingUntil(2));
      harness.aspire(1);
      awaitRetry(harness, 1);
      harness.files.put(id(1), 5L);
      reportUntilAvailable(harness);
      assertEquals(0, harness.timer.waiting());
      assertFalse(harness.sequence(1).contains(VersionState.END));
    }
  }

  @Test
  void versionThatFailedElsewhereIsTriedAtItsNewPlace() {
    try (ManagerHarness harness = new ManagerHarness(ManagerHarness.retries(0), List.of())) {
      harness.engine.script(id(1), failingUntil(2));
      harness.aspire(1);
      harness.awaitState(1, VersionState.END);
      harness.manager.aspire(
          new AspiredVersions("m", List.of(new ModelVersion(id(1), "fake", Path.of("/new/1")))));
      harness.awaitState(1, VersionState.AVAILABLE);
    }
  }

  /** Reports the same wish again and again, as a source does. */
  private static void reportUntilAvailable(ManagerHarness harness) {
    harness.await(
        () -> {
          // Every report changes the table's clock, so the condition is asked again.
          harness.aspire(1);
          return harness.state(1) == VersionState.AVAILABLE;
        });
  }
}
