package dev.sluice.lifecycle;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.LoaderFactory;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServableDecorator;
import dev.sluice.servable.ServableId;
import dev.sluice.source.AspiredVersions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** A started manager over a fake engine, a manual timer and fake files. */
final class ManagerHarness implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);

  final FakeEngine engine = new FakeEngine();
  final ManualTimer timer = new ManualTimer();
  final List<VersionStatus> events = new CopyOnWriteArrayList<>();
  final Map<ServableId, Long> files = new ConcurrentHashMap<>();
  final Manager manager;

  ManagerHarness() {
    this(ManagerOptions.DEFAULT, List.of());
  }

  ManagerHarness(ManagerOptions options, List<ServableDecorator> decorators) {
    manager =
        new Manager(
            options,
            new LoaderFactory(List.of(engine), EngineOptions.DEFAULT),
            decorators,
            events::add,
            this::fingerprint,
            timer);
    manager.start();
  }

  static ManagerOptions retries(int retries) {
    return new ManagerOptions(
        new AvailabilityPreservingPolicy(), 0, 0, retries, Duration.ofSeconds(60), Long.MAX_VALUE);
  }

  static ServableId id(long version) {
    return new ServableId("m", version);
  }

  static AspiredVersions wishOf(String model, String platform, long... versions) {
    return new AspiredVersions(
        model,
        LongStream.of(versions)
            .mapToObj(
                version ->
                    new ModelVersion(
                        new ServableId(model, version), platform, Path.of("/models/m/" + version)))
            .toList());
  }

  void aspire(long... versions) {
    manager.aspire(wishOf("m", "fake", versions));
  }

  @Nullable VersionState state(long version) {
    VersionStatus status = manager.states().version(id(version));
    return status == null ? null : status.state();
  }

  VersionStatus status(long version) {
    VersionStatus status = manager.states().version(id(version));
    if (status == null) {
      throw new AssertionError("version " + version + " was never seen");
    }
    return status;
  }

  void awaitState(long version, VersionState state) {
    await(() -> state(version) == state);
  }

  /** Waits for a condition on the state table. */
  void await(BooleanSupplier condition) {
    try {
      assertTrue(
          manager.states().await(condition, PATIENCE), () -> "found " + manager.states().all());
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  private long fingerprint(ModelVersion version) {
    return files.getOrDefault(version.id(), 0L);
  }

  /** Returns once the manager's thread has taken everything posted so far. */
  void flush() {
    try {
      manager.await(List.of(), Outcome.Until.END, PATIENCE);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  /** Returns the states that were published for a version, in order. */
  List<VersionState> sequence(long version) {
    flush();
    return events.stream()
        .filter(status -> status.id().equals(id(version)))
        .map(VersionStatus::state)
        .toList();
  }

  @Override
  public void close() {
    manager.close();
  }
}
