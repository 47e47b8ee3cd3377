package dev.sluice.main;

import dev.sluice.batching.LaneOptions;
import dev.sluice.batching.LaneServable;
import dev.sluice.batching.Turns;
import dev.sluice.batching.tfs.BatchPool;
import dev.sluice.batching.tfs.TfsBatching;
import dev.sluice.batching.tfs.TfsOptions;
import dev.sluice.config.BatchingMode;
import dev.sluice.config.BatchingParameters;
import dev.sluice.config.ConfigException;
import dev.sluice.config.ServerSettings;
import dev.sluice.engine.TimedServable;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableDecorator;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.warmup.Warmup;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What stands in front of every servable: the threads that run it, alone or in batches, and its
 * warm-up. Owns the threads that all batched versions share.
 */
final class ServableDecorators implements AutoCloseable {
  /** In a version's directory: its own batching parameters (config.md §8.6). */
  private static final String BATCHING_FILE = "batching_params.pbtxt";

  private static final System.Logger LOG = System.getLogger("sluice");

  private final ServerSettings settings;
  private final ServingMetrics metrics;
  private final Consumer<ServableId> expired;
  private final Turns turns;
  private final int processors;
  private final @Nullable BatchPool pool;

  /**
   * Creates the decorators.
   *
   * @param expired is told of each request that nobody waited for any more when its turn came
   * @param turns of the event loops that requests come from
   */
  ServableDecorators(
      ServerSettings settings,
      ServingMetrics metrics,
      Consumer<ServableId> expired,
      Turns turns,
      int processors) {
    this.settings = settings;
    this.metrics = metrics;
    this.expired = expired;
    this.turns = turns;
    this.processors = processors;
    BatchingParameters batching = settings.batching().parameters();
    this.pool =
        settings.batching().mode() == BatchingMode.TFS
            ? new BatchPool(batching.threadPoolName(), batching.threads())
            : null;
  }

  /** Returns the decorators, innermost first. Warm-up takes the way that requests will take. */
  List<ServableDecorator> inOrder() {
    List<ServableDecorator> decorators = new ArrayList<>();
    decorators.add(this::scheduled);
    if (settings.warmup().enabled()) {
      decorators.add(
          new Warmup(
              Math.max(1, settings.warmup().iterations()),
              metrics,
              line -> LOG.log(Level.INFO, line)));
    }
    decorators.add(TimedServable.decorator(metrics.inference()));
    return decorators;
  }

  private Servable scheduled(ModelVersion version, Servable servable) throws ServingException {
    boolean marked = settings.limits().unbatchedModels().contains(version.id().model());
    BatchPool threads = pool;
    if (threads == null || marked) {
      boolean merges = settings.batching().mode() == BatchingMode.AUTO && !marked;
      return onLanes(version, servable, merges);
    }
    Optional<BatchingParameters> parameters = parameters(version);
    return parameters.isEmpty()
        ? onLanes(version, servable, false)
        : new TfsBatching(
            version.id(),
            servable,
            options(parameters.get()),
            threads,
            metrics.batching(),
            expired);
  }

  private Servable onLanes(ModelVersion version, Servable servable, boolean merges)
      throws ServingException {
    ServerSettings.Limits limits = settings.limits();
    return LaneServable.decorator(
            new LaneOptions(
                limits.lanesPerModel(),
                limits.laneQueueCapacity(),
                merges,
                processors == 1 && limits.lanesPerModel() == 1,
                limits.objectives().of(version.id().model()),
                turns,
                expired,
                (id, rows) -> metrics.ran(id.model(), rows)))
        .decorate(version, servable);
  }

  /** Returns the parameters of a version; empty if it is not batched. */
  private Optional<BatchingParameters> parameters(ModelVersion version) throws ServingException {
    if (!settings.batching().perModel()) {
      return Optional.of(settings.batching().parameters());
    }
    Path file = version.path().resolve(BATCHING_FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(BatchingParameters.read(file, processors));
    } catch (ConfigException e) {
      throw new ServingException(e.code(), e.text());
    }
  }

  private static TfsOptions options(BatchingParameters parameters) {
    return new TfsOptions(
        parameters.maxBatchSize(),
        parameters.timeout(),
        parameters.maxEnqueuedBatches(),
        parameters.allowedBatchSizes(),
        parameters.padVariableLength(),
        parameters.splitting(),
        parameters.maxExecutionBatchSize());
  }

  /** Fails the requests that still wait for a batch, and ends the threads that run batches. */
  @Override
  public void close() {
    BatchPool threads = pool;
    if (threads != null) {
      threads.close();
    }
  }
}
