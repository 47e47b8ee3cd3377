package dev.sluice.lifecycle;

import static dev.sluice.lifecycle.ManagerHarness.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.engine.LoaderFactory;
import dev.sluice.engine.ResourceEstimate;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ManagerMemoryTest {
  private static ManagerOptions limit(long bytes) {
    return new ManagerOptions(
        new AvailabilityPreservingPolicy(), 0, 0, 0, Duration.ofSeconds(60), bytes);
  }

  @Test
  void whatDoesNotFitEndsIfNothingWillGiveMemoryBack() {
    try (ManagerHarness harness = new ManagerHarness(limit(10), List.of())) {
      harness.engine.size(id(1), 6);
      harness.engine.size(id(2), 6);
      harness.aspire(1);
      harness.awaitState(1, VersionState.AVAILABLE);
      harness.aspire(1, 2);
      harness.awaitState(2, VersionState.END);
      assertEquals(
          new Health(
              Code.RESOURCE_EXHAUSTED,
              "Insufficient resources to load servable {name: m version: 2}"),
          harness.status(2).health());
      assertEquals(List.of(VersionState.START, VersionState.END), harness.sequence(2));
    }
  }

  @Test
  void waitsForAVersionThatIsBeingUnloaded() {
    try (ManagerHarness harness = new ManagerHarness(limit(10), List.of())) {
      harness.engine.size(id(1), 6);
      harness.engine.size(id(2), 6);
      harness.aspire(1);
      harness.awaitState(1, VersionState.AVAILABLE);
      ServableLease lease = harness.manager.acquire("m", 1);
      assertNotNull(lease);
      harness.aspire();
      harness.awaitState(1, VersionState.UNLOADING);
      harness.aspire(2);
      harness.awaitState(2, VersionState.START);
      lease.release();
      harness.awaitState(2, VersionState.AVAILABLE);
    }
  }

  @Test
  void memoryIsGivenBackByUnloadsAndFailures() {
    try (ManagerHarness harness = new ManagerHarness(limit(10), List.of())) {
      harness.engine.script(id(1), FakeEngine.failing());
      for (long version = 1; version <= 5; version++) {
        harness.engine.size(id(version), 9);
        harness.aspire(version);
        harness.awaitState(version, version == 1 ? VersionState.END : VersionState.AVAILABLE);
        harness.aspire();
        harness.awaitState(version, VersionState.END);
      }
    }
  }

  /** A machine on which a version of 600 MiB fits beside another or not. */
  private static final class Machine implements MemoryReader {
    private final AtomicLong freeMib = new AtomicLong();

    Machine(long mib) {
      freeMib.set(mib);
    }

    @Override
    public MemoryReading read() {
      return new MemoryReading(freeMib.get() << 20, 2000L << 20, 0, 0);
    }
  }

  /** With retries, which such a version does not wait for. */
  private static ManagerOptions on(Machine machine) {
    return ManagerHarness.retries(5).withMemory(new MemoryCheck(machine, 100L << 20));
  }

  @Test
  void whatTheMachineHasNoMemoryForIsRefusedAndWhatServesGoesOn() {
    Machine machine = new Machine(1000);
    try (ManagerHarness harness = new ManagerHarness(on(machine), List.of())) {
      harness.engine.size(id(1), 600L << 20);
      harness.engine.size(id(2), 600L << 20);
      harness.aspire(1);
      harness.awaitState(1, VersionState.AVAILABLE);
      machine.freeMib.set(400);
      harness.aspire(2);
      harness.awaitState(2, VersionState.END);
      Health health = harness.status(2).health();
      assertEquals(Code.RESOURCE_EXHAUSTED, health.code());
      assertTrue(
          health.message().contains("needs about 600 MiB, and of 2000 MiB 400 are free"),
          health::message);
      assertEquals(VersionState.AVAILABLE, harness.state(1));
    }
  }

  @Test
  void itIsTriedAgainOnceThereIsMemoryAtTwoLooksInARow() {
    Machine machine = new Machine(400);
    try (ManagerHarness harness = new ManagerHarness(on(machine), List.of())) {
      harness.engine.size(id(1), 600L << 20);
      harness.aspire(1);
      harness.awaitState(1, VersionState.END);
      machine.freeMib.set(1000);
      while (harness.state(1) != VersionState.AVAILABLE) { // each wish is a look
        harness.aspire(1);
        harness.flush();
      }
    }
  }

  @Test
  void failedEstimateSaysSo() {
    Engine engine =
        new Engine() {
          @Override
          public String name() {
            return "fake";
          }

          @Override
          public boolean recognizes(Path directory) {
            return true;
          }

          @Override
          public Loader loaderFor(ModelVersion version, EngineOptions options) {
            return new Unestimable();
          }
        };
    try (Manager manager =
        new Manager(
            limit(10),
            new LoaderFactory(List.of(engine), EngineOptions.DEFAULT),
            List.of(),
            status -> {})) {
      manager.start();
      manager.aspire(ManagerHarness.wishOf("m", "fake", 1));
      @Nullable Outcome outcome =
          manager.await(List.of("m"), Outcome.Until.END, ManagerHarness.PATIENCE).get("m");
      assertEquals(
          "Error while attempting to reserve resources to load servable {name: m version: 1}:"
              + " no such directory",
          assertInstanceOf(Outcome.Failed.class, outcome).status().health().message());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static final class Unestimable implements Loader {
    @Override
    public ResourceEstimate estimate() throws ServingException {
      throw new ServingException(Code.NOT_FOUND, "no such directory");
    }

    @Override
    public Servable load() {
      throw new IllegalStateException("loaded without an estimate");
    }

    @Override
    public void unload() {
      throw new IllegalStateException("unloaded without a load");
    }
  }
}
