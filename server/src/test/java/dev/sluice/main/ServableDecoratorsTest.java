package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.sluice.batching.LaneOptions;
import dev.sluice.batching.LaneServable;
import dev.sluice.batching.Turns;
import dev.sluice.batching.tfs.TfsBatching;
import dev.sluice.batching.tfs.TfsOptions;
import dev.sluice.config.BatchingParameters;
import dev.sluice.config.ConfigException;
import dev.sluice.config.TestSettings;
import dev.sluice.engine.ModelSettings;
import dev.sluice.engine.ModelSettings.Batching;
import dev.sluice.engine.ModelSettings.Threads;
import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.tensor.DataType;
import dev.sluice.testing.EchoServable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What a model's own settings say goes before the flags. */
class ServableDecoratorsTest {
  private static final ServableId ID = new ServableId("m", 1);

  private static ModelSettings own(
      Optional<Boolean> enabled,
      OptionalInt mostRows,
      Optional<Duration> objective,
      OptionalInt lanes) {
    return new ModelSettings(
        "",
        "",
        Map.of(),
        new Threads(OptionalInt.empty(), OptionalInt.empty(), lanes),
        new Batching(enabled, mostRows, objective));
  }

  private static ModelSettings enabled(boolean enabled) {
    return own(Optional.of(enabled), OptionalInt.empty(), Optional.empty(), OptionalInt.empty());
  }

  private static ServableDecorators decorators(ModelSettings own, String... flags)
      throws ConfigException {
    return new ServableDecorators(
        TestSettings.of(flags),
        version -> own,
        new ServingMetrics(new MetricRegistry(), true),
        id -> {},
        new NoTurns(),
        2);
  }

  @Test
  void withoutSettingsTheFlagsCount() throws Exception {
    try (ServableDecorators decorators =
        decorators(ModelSettings.NONE, "--lanes_per_model=3", "--latency_objective_ms=7")) {
      LaneOptions options = decorators.laneOptions(ID, ModelSettings.NONE, true);
      assertEquals(3, options.lanes());
      assertEquals(Integer.MAX_VALUE, options.mostRows());
      assertEquals(Duration.ofMillis(7), options.objective());
      assertEquals(true, options.merges());
      assertEquals(true, decorators.merges(ID, ModelSettings.NONE));
    }
  }

  @Test
  void settingsGoBeforeTheFlags() throws Exception {
    ModelSettings own =
        own(Optional.empty(), OptionalInt.of(8), Optional.of(Duration.ZERO), OptionalInt.of(1));
    try (ServableDecorators decorators =
        decorators(own, "--lanes_per_model=3", "--latency_objective_ms=7,m=9")) {
      LaneOptions options = decorators.laneOptions(ID, own, true);
      assertEquals(1, options.lanes());
      assertEquals(8, options.mostRows());
      assertEquals(Duration.ZERO, options.objective());
      ModelSettings alone =
          own(Optional.empty(), OptionalInt.of(1), Optional.empty(), OptionalInt.empty());
      assertEquals(false, decorators.laneOptions(ID, alone, true).merges(), "one row is no batch");
    }
  }

  @Test
  void batchingOfAModelIsOnOrOffWhateverTheFlagsSay() throws Exception {
    for (String flag : List.of("--enable_batching=false", "--unbatched_models=m")) {
      try (ServableDecorators decorators = decorators(ModelSettings.NONE, flag)) {
        assertEquals(false, decorators.merges(ID, ModelSettings.NONE), flag);
        assertEquals(true, decorators.merges(ID, enabled(true)), flag);
      }
    }
    try (ServableDecorators decorators = decorators(ModelSettings.NONE)) {
      assertEquals(false, decorators.merges(ID, enabled(false)));
    }
  }

  @Test
  void amongBatchesAsTheReferenceMakesThemAModelMayStayOut() throws Exception {
    assertInstanceOf(TfsBatching.class, innermost(ModelSettings.NONE));
    assertInstanceOf(LaneServable.class, innermost(enabled(false)));
  }

  private static Servable innermost(ModelSettings own) throws Exception {
    try (ServableDecorators decorators = decorators(own, "--enable_batching")) {
      Servable servable =
          decorators
              .inOrder()
              .getFirst()
              .decorate(
                  new ModelVersion(ID, "", Path.of("/m/1")), new EchoServable(DataType.FLOAT));
      servable.close();
      return servable;
    }
  }

  @Test
  void aModelsOwnBoundIsThatOfItsBatches() throws Exception {
    var parameters = TestSettings.of("--enable_batching").batching().parameters();
    assertEquals(1000, most(ServableDecorators.options(parameters, OptionalInt.empty())));
    assertEquals(8, most(ServableDecorators.options(parameters, OptionalInt.of(8))));
    var allowed =
        new BatchingParameters(32, Duration.ZERO, 1, 1, "", List.of(4L, 16L, 32L), false, true, 32);
    TfsOptions bounded = ServableDecorators.options(allowed, OptionalInt.of(8));
    assertEquals(List.of(4L, 8L), bounded.allowedBatchSizes());
    assertEquals(8, bounded.maxExecutionBatchSize());
    assertEquals(
        List.of(4L, 16L),
        ServableDecorators.options(allowed, OptionalInt.of(16)).allowedBatchSizes());
    assertEquals(
        List.of(4L, 16L, 32L),
        ServableDecorators.options(allowed, OptionalInt.of(64)).allowedBatchSizes());
  }

  private static long most(TfsOptions options) {
    return options.maxBatchSize();
  }

  /** Of a caller that is no event loop. */
  private static final class NoTurns implements Turns {
    @Override
    public void executeAtEnd(Runnable task) {
      task.run();
    }

    @Override
    public boolean executeInNext(Runnable task) {
      return false;
    }

    @Override
    public long arrived() {
      return System.nanoTime();
    }
  }
}
