package dev.sluice.main;

import dev.sluice.batching.BatchPool;
import dev.sluice.batching.TfsBatching;
import dev.sluice.batching.TfsOptions;
import dev.sluice.config.BatchingParameters;
import dev.sluice.config.ConfigException;
import dev.sluice.config.ServerSettings;
import dev.sluice.engine.ExpiredRuns;
import dev.sluice.engine.LaneServable;
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
  private final int processors;
  private final ServableDecorator lanes;
  private final @Nullable BatchPool pool;

  ServableDecorators(
      ServerSettings settings, ServingMetrics metrics, ExpiredRuns expiredRuns, int processors) {
    this.settings = settings;
    this.metrics = metrics;
    this.expired = expiredRuns.andThen(id -> metrics.expiredInQueue(id.model()));
    this.processors = processors;
    this.lanes =
        LaneServable.decorator(
            settings.limits().lanesPerModel(), settings.limits().laneQueueCapacity(), expired);
    BatchingParameters batching = settings.batching().parameters();
    this.pool =
        settings.batching().enabled()
            ? new BatchPool(batching.threadPoolName(), batching.threads())
            : null;
  }

  /** Returns the decorators, innermost first. Warm-up takes the way that requests will take. */
  List<ServableDecorator> inOrder() {
    List<ServableDecorator> decorators = new ArrayList<>();
    BatchPool threads = pool;
    decorators.add(
        threads == null ? lanes : (version, servable) -> batched(version, servable, threads));
    if (settings.warmup().enabled()) {
      decorators.add(
          new Warmup(
              Math.max(1, settings.warmup().iterations()),
              metrics,
              line -> LOG.log(Level.INFO, line)));
    }
    return decorators;
  }

  private Servable batched(ModelVersion version, Servable servable, BatchPool threads)
      throws ServingException {
    Optional<BatchingParameters> parameters = parameters(version);
    return parameters.isEmpty()
        ? lanes.decorate(version, servable)
        : new TfsBatching(
            version.id(),
            servable,
            options(parameters.get()),
            threads,
            metrics.batching(),
            expired);
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
