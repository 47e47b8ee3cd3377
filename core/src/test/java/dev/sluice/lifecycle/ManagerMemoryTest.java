package dev.sluice.lifecycle;

import static dev.sluice.lifecycle.ManagerHarness.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;

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
