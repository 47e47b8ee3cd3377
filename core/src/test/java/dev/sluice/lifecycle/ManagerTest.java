package dev.sluice.lifecycle;

import static dev.sluice.lifecycle.ManagerHarness.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.LoaderFactory;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ManagerTest {
  private static final List<VersionState> WHOLE_LIFE = List.of(VersionState.values());

  @Test
  void loadsWhatIsWantedAndLendsIt() {
    try (ManagerHarness harness = new ManagerHarness()) {
      harness.aspire(3);
      harness.awaitState(3, VersionState.AVAILABLE);
      ServableLease lease = acquireLatest(harness);
      assertEquals(id(3), lease.id());
      lease.release();
      assertNull(harness.manager.acquire("m", 4));
      assertNull(harness.manager.acquireLatest("other"));
    }
  }

  @Test
  void swapPublishesEveryStateOfTheOldVersionInOrder() {
    try (ManagerHarness harness = new ManagerHarness()) {
      harness.aspire(1);
      harness.awaitState(1, VersionState.AVAILABLE);
      harness.aspire(2);
      harness.awaitState(1, VersionState.END);
      assertEquals(WHOLE_LIFE, harness.sequence(1));
      assertEquals(Health.OK, harness.status(1).health());
      assertEquals(VersionState.AVAILABLE, harness.state(2));
      assertEquals(1, harness.engine.loaded.get());
    }
  }

  @Test
  void oldVersionServesUntilTheNewOneIsReady() throws Exception {
    try (ManagerHarness harness = new ManagerHarness()) {
      CountDownLatch gate = new CountDownLatch(1);
      harness.engine.script(id(2), attempt -> awaitGate(gate));
      harness.aspire(1);
      harness.awaitState(1, VersionState.AVAILABLE);
      harness.aspire(2);
      harness.awaitState(2, VersionState.LOADING);
      ServableLease old = acquireLatest(harness);
      assertEquals(id(1), old.id());
      gate.countDown();
      harness.awaitState(2, VersionState.AVAILABLE);
      harness.awaitState(1, VersionState.UNLOADING);
      harness.flush();
      assertNull(harness.manager.acquire("m", 1), "draining versions are not lent");
      assertTrue(((FakeServable) old.servable()).isUsable());
      assertEquals(VersionState.UNLOADING, harness.state(1));
      old.release();
      harness.awaitState(1, VersionState.END);
      assertTrue(((FakeServable) old.servable()).isFreed());
    }
  }

  @Test
  void slowLoadDelaysNoOtherModel() {
    try (ManagerHarness harness = new ManagerHarness()) {
      CountDownLatch gate = new CountDownLatch(1);
      harness.engine.script(id(1), attempt -> awaitGate(gate));
      harness.aspire(1);
      harness.awaitState(1, VersionState.LOADING);
      harness.manager.aspire(ManagerHarness.wishOf("other", "fake", 7));
      harness.await(
          () -> harness.manager.states().versions("other").stream().anyMatch(ManagerTest::isUp));
      assertEquals(VersionState.LOADING, harness.state(1));
      gate.countDown();
    }
  }

  @Test
  void stuckRequestDelaysNoOtherVersion() {
    try (ManagerHarness harness = new ManagerHarness()) {
      harness.aspire(1);
      harness.awaitState(1, VersionState.AVAILABLE);
      ServableLease stuck = acquireLatest(harness);
      harness.aspire(2);
      harness.awaitState(2, VersionState.AVAILABLE);
      harness.aspire(3);
      harness.awaitState(2, VersionState.END);
      harness.awaitState(3, VersionState.AVAILABLE);
      assertEquals(VersionState.UNLOADING, harness.state(1));
      stuck.release();
      harness.awaitState(1, VersionState.END);
    }
  }

  @Test
  void emptyWishUnloadsEverything() {
    try (ManagerHarness harness = new ManagerHarness()) {
      harness.aspire(1, 2, 3);
      for (long version = 1; version <= 3; version++) {
        harness.awaitState(version, VersionState.AVAILABLE);
      }
      harness.aspire();
      for (long version = 1; version <= 3; version++) {
        harness.awaitState(version, VersionState.END);
      }
      assertEquals(0, harness.engine.loaded.get());
      assertEquals(
          List.of(3L, 2L, 1L),
          harness.manager.states().versions("m").stream().map(s -> s.id().version()).toList());
    }
  }

  @Test
  void versionWantedAgainWhileUnloadingIsLoadedAfresh() {
    try (ManagerHarness harness = new ManagerHarness()) {
      harness.aspire(1);
      harness.awaitState(1, VersionState.AVAILABLE);
      ServableLease old = acquireLatest(harness);
      harness.aspire();
      harness.awaitState(1, VersionState.UNLOADING);
      harness.aspire(1, 2);
      harness.awaitState(2, VersionState.AVAILABLE);
      assertEquals(VersionState.UNLOADING, harness.state(1), "the old incarnation still drains");
      old.release();
      harness.awaitState(1, VersionState.AVAILABLE);
      assertEquals(2, harness.engine.attempts(id(1)));
      ServableLease fresh = harness.manager.acquire("m", 1);
      assertNotNull(fresh);
      assertFalse(old == fresh);
      fresh.release();
    }
  }

  @Test
  void versionThatIsWantedBackWhileItDrainsLeavesTheOtherServing() {
    try (ManagerHarness harness = new ManagerHarness()) {
      harness.aspire(1);
      harness.awaitState(1, VersionState.AVAILABLE);
      ServableLease old = acquireLatest(harness);
      harness.aspire(2);
      harness.awaitState(1, VersionState.UNLOADING);
      harness.aspire(1);
      harness.flush();
      ServableLease latest = acquireLatest(harness);
      assertEquals(id(2), latest.id());
      latest.release();
      old.release();
      harness.awaitState(1, VersionState.AVAILABLE);
      harness.awaitState(2, VersionState.END);
      assertEquals(2, harness.engine.attempts(id(1)));
    }
  }

  @Test
  void failedNewVersionLeavesTheOldOneServing() {
    try (ManagerHarness harness = new ManagerHarness(ManagerHarness.retries(0), List.of())) {
      harness.engine.script(id(2), FakeEngine.failing());
      harness.aspire(1);
      harness.awaitState(1, VersionState.AVAILABLE);
      harness.aspire(2);
      harness.awaitState(2, VersionState.END);
      assertEquals(new Health(Code.DATA_LOSS, "broken, try 1"), harness.status(2).health());
      assertEquals(VersionState.AVAILABLE, harness.state(1));
    }
  }

  @Test
  void rollbackByRemovingABadVersionAndRepairingItUnderItsNumber() {
    try (ManagerHarness harness = new ManagerHarness(ManagerHarness.retries(0), List.of())) {
      harness.engine.script(
          id(2),
          attempt -> {
            if (attempt == 1) {
              throw new ServingException(Code.DATA_LOSS, "broken");
            }
          });
      harness.aspire(1);
      harness.awaitState(1, VersionState.AVAILABLE);
      harness.aspire(2);
      harness.awaitState(2, VersionState.END);
      harness.aspire(1);
      harness.flush();
      assertEquals(VersionState.AVAILABLE, harness.state(1));
      assertEquals(1, harness.engine.attempts(id(1)), "the serving version is kept, not reloaded");
      harness.aspire(2);
      harness.awaitState(2, VersionState.AVAILABLE);
      harness.awaitState(1, VersionState.END);
    }
  }

  @Test
  void unwantedWhileLoadingEndsAsCancelled() {
    try (ManagerHarness harness = new ManagerHarness()) {
      CountDownLatch gate = new CountDownLatch(1);
      harness.engine.script(id(1), attempt -> awaitGate(gate));
      harness.aspire(1);
      harness.awaitState(1, VersionState.LOADING);
      harness.aspire();
      harness.flush();
      gate.countDown();
      harness.awaitState(1, VersionState.END);
      assertEquals(
          new Health(Code.CANCELLED, "Loading of servable cancelled"), harness.status(1).health());
      assertFalse(harness.sequence(1).contains(VersionState.AVAILABLE));
      assertEquals(0, harness.engine.loaded.get());
    }
  }

  @Test
  void wantedAgainWhileStillLoadingIsKept() {
    try (ManagerHarness harness = new ManagerHarness()) {
      CountDownLatch gate = new CountDownLatch(1);
      harness.engine.script(id(1), attempt -> awaitGate(gate));
      harness.aspire(1);
      harness.awaitState(1, VersionState.LOADING);
      harness.aspire();
      harness.aspire(1);
      harness.flush();
      gate.countDown();
      harness.awaitState(1, VersionState.AVAILABLE);
      assertEquals(1, harness.engine.attempts(id(1)));
    }
  }

  @Test
  void anythingThrownByALoadConcernsThatVersionOnly() {
    try (ManagerHarness harness = new ManagerHarness(ManagerHarness.retries(0), List.of())) {
      harness.engine.script(
          id(1),
          attempt -> {
            throw new OutOfMemoryError("Cannot reserve 5 bytes");
          });
      harness.engine.script(
          id(2),
          attempt -> {
            throw new NoClassDefFoundError("some/Library");
          });
      harness.aspire(1, 2, 3);
      harness.awaitState(1, VersionState.END);
      harness.awaitState(2, VersionState.END);
      harness.awaitState(3, VersionState.AVAILABLE);
      assertEquals(
          new Health(Code.INTERNAL, "OutOfMemoryError: Cannot reserve 5 bytes"),
          harness.status(1).health());
      assertEquals(
          new Health(Code.INTERNAL, "NoClassDefFoundError: some/Library"),
          harness.status(2).health());
    }
  }

  @Test
  void versionWithoutAnEngineEndsWithoutRetriesAndNamesIt() {
    try (ManagerHarness harness = new ManagerHarness()) {
      harness.manager.aspire(ManagerHarness.wishOf("m", "onnx", 1));
      harness.awaitState(1, VersionState.END);
      assertEquals(Code.INVALID_ARGUMENT, harness.status(1).health().code());
      assertTrue(
          harness
              .status(1)
              .health()
              .message()
              .startsWith("Model m requests unsupported platform onnx (engines present: fake)"));
      assertEquals(List.of(VersionState.START, VersionState.END), harness.sequence(1));
    }
  }

  @Test
  void failedDecoratorUnloadsWhatWasLoaded() {
    try (ManagerHarness harness =
        new ManagerHarness(
            ManagerHarness.retries(0),
            List.of(
                (version, servable) -> servable,
                (version, servable) -> {
                  throw new ServingException(Code.INVALID_ARGUMENT, "warm-up failed");
                }))) {
      harness.aspire(1);
      harness.awaitState(1, VersionState.END);
      assertEquals("warm-up failed", harness.status(1).health().message());
      assertEquals(0, harness.engine.loaded.get());
    }
  }

  @Test
  void shutDownOfAManagerThatNeverStartedReturns() throws Exception {
    Manager manager =
        new Manager(
            ManagerOptions.DEFAULT,
            new LoaderFactory(List.of(), EngineOptions.DEFAULT),
            List.of(),
            status -> {});

    assertEquals(List.of(), manager.shutDown(Duration.ZERO));
  }

  @Test
  void shutDownDrainsUnloadsAndIgnoresLaterWishes() throws Exception {
    ManagerHarness harness = new ManagerHarness();
    harness.aspire(1, 2);
    harness.awaitState(1, VersionState.AVAILABLE);
    harness.awaitState(2, VersionState.AVAILABLE);
    assertEquals(List.of(), harness.manager.shutDown(ManagerHarness.PATIENCE));
    assertEquals(VersionState.END, harness.state(1));
    assertEquals(VersionState.END, harness.state(2));
    assertEquals(0, harness.engine.loaded.get());
    harness.aspire(3);
    assertNull(harness.state(3));
  }

  @Test
  void shutDownReportsWhatDidNotDrainAndLeavesItLoaded() throws Exception {
    ManagerHarness harness = new ManagerHarness();
    harness.aspire(1);
    harness.awaitState(1, VersionState.AVAILABLE);
    ServableLease stuck = acquireLatest(harness);
    List<VersionStatus> left = harness.manager.shutDown(Duration.ZERO);
    assertEquals(List.of(id(1)), left.stream().map(VersionStatus::id).toList());
    assertTrue(((FakeServable) stuck.servable()).isUsable());
    assertNull(harness.manager.acquireLatest("m"));
  }

  @Test
  void listenerThatThrowsStopsNothing() {
    FakeEngine engine = new FakeEngine();
    try (Manager manager =
        new Manager(
            ManagerOptions.DEFAULT,
            new LoaderFactory(List.of(engine), EngineOptions.DEFAULT),
            List.of(),
            status -> {
              throw new QuietException();
            })) {
      manager.start();
      manager.aspire(ManagerHarness.wishOf("m", "fake", 1));
      assertTrue(
          manager
              .states()
              .await(
                  () -> manager.states().versions("m").stream().anyMatch(ManagerTest::isUp),
                  ManagerHarness.PATIENCE));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isUp(VersionStatus status) {
    return status.state() == VersionState.AVAILABLE;
  }

  private static ServableLease acquireLatest(ManagerHarness harness) {
    ServableLease lease = harness.manager.acquireLatest("m");
    assertNotNull(lease);
    return lease;
  }

  private static void awaitGate(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  /** Goes to the log of the test run; without a stack trace it is one line there. */
  private static final class QuietException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    QuietException() {
      super("thrown by the test's listener", null, false, false);
    }
  }
}
