package dev.sluice.lifecycle;

import static dev.sluice.lifecycle.ManagerHarness.PATIENCE;
import static dev.sluice.lifecycle.ManagerHarness.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ManagerAwaitTest {
  @Test
  void badModelWithRetriesHoldsUpNothing() throws Exception {
    try (ManagerHarness harness = new ManagerHarness()) {
      harness.engine.script(id(1), FakeEngine.failing());
      harness.aspire(1);
      harness.manager.aspire(ManagerHarness.wishOf("good", "fake", 4));
      harness.manager.aspire(ManagerHarness.wishOf("empty", "fake"));
      Map<String, Outcome> outcomes =
          harness.manager.await(List.of("m", "good", "empty"), Outcome.Until.FIRST_TRY, PATIENCE);
      assertEquals(
          "broken, try 1",
          assertInstanceOf(Outcome.Failed.class, outcomes.get("m"))
              .status()
              .lastAttempt()
              .message());
      assertEquals(
          4, assertInstanceOf(Outcome.Available.class, outcomes.get("good")).id().version());
      assertEquals(new Outcome.NoVersions(), outcomes.get("empty"));
    }
  }

  @Test
  void oneGoodVersionOfSeveralIsEnough() throws Exception {
    try (ManagerHarness harness = new ManagerHarness()) {
      harness.engine.script(id(2), FakeEngine.failing());
      harness.aspire(1, 2);
      assertEquals(
          new Outcome.Available(id(1)),
          harness.manager.await(List.of("m"), Outcome.Until.FIRST_TRY, PATIENCE).get("m"));
    }
  }

  @Test
  void endWaitsForAllRetriesAndNotForEmptyModels() throws Exception {
    try (ManagerHarness harness = new ManagerHarness(ManagerHarness.retries(0), List.of())) {
      harness.engine.script(id(1), FakeEngine.failing());
      harness.aspire(1);
      harness.manager.aspire(ManagerHarness.wishOf("empty", "fake"));
      assertEquals(
          VersionState.END,
          assertInstanceOf(
                  Outcome.Failed.class,
                  harness.manager.await(List.of("m"), Outcome.Until.END, PATIENCE).get("m"))
              .status()
              .state());
      assertEquals(
          new Outcome.Pending(),
          harness.manager.await(List.of("empty"), Outcome.Until.END, Duration.ZERO).get("empty"));
      assertEquals(
          new Outcome.NoVersions(),
          harness
              .manager
              .await(List.of("empty"), Outcome.Until.END_OR_NONE, PATIENCE)
              .get("empty"));
    }
  }

  @Test
  void theHighestVersionDecidesTheEnd() throws Exception {
    try (ManagerHarness harness = new ManagerHarness(ManagerHarness.retries(0), List.of())) {
      harness.engine.script(id(2), FakeEngine.failing());
      harness.aspire(1, 2);
      harness.awaitState(1, VersionState.AVAILABLE);
      assertEquals(
          id(2),
          assertInstanceOf(
                  Outcome.Failed.class,
                  harness.manager.await(List.of("m"), Outcome.Until.END, PATIENCE).get("m"))
              .status()
              .id());
    }
  }

  @Test
  void modelThatNobodyReportedIsPending() throws Exception {
    try (ManagerHarness harness = new ManagerHarness()) {
      assertEquals(
          Map.of("x", new Outcome.Pending()),
          harness.manager.await(List.of("x"), Outcome.Until.FIRST_TRY, Duration.ZERO));
    }
  }

  @Test
  void endOfAnEarlierIncarnationDoesNotCount() throws Exception {
    try (ManagerHarness harness = new ManagerHarness(ManagerHarness.retries(0), List.of())) {
      harness.engine.script(id(1), FakeEngine.failing());
      harness.aspire(1);
      harness.awaitState(1, VersionState.END);
      harness.aspire(2);
      assertEquals(
          new Outcome.Available(id(2)),
          harness.manager.await(List.of("m"), Outcome.Until.END, PATIENCE).get("m"));
    }
  }
}
