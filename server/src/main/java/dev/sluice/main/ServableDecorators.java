package dev.sluice.main;

import dev.sluice.batching.LaneOptions;
import dev.sluice.batching.LaneServable;
import dev.sluice.batching.QueueLimits;
import dev.sluice.batching.Turns;
import dev.sluice.batching.tfs.BatchPool;
import dev.sluice.batching.tfs.TfsBatching;
import dev.sluice.batching.tfs.TfsOptions;
import dev.sluice.config.BatchingMode;
import dev.sluice.config.BatchingParameters;
import dev.sluice.config.ConfigException;
import dev.sluice.config.ServerSettings;
import dev.sluice.engine.ModelSettings;
import dev.sluice.engine.SettingsSource;
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
import java.util.OptionalInt;
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
  private final SettingsSource ofVersions;
  private final ServingMetrics metrics;
  private final Consumer<ServableId> expired;
  private final Turns turns;
  private final int processors;
  private final @Nullable BatchPool pool;

  /**
   * Creates the decorators.
   *
   * @param ofVersions what is said of single versions, which goes before the settings
   * @param expired is told of each request that nobody waited for any more when its turn came
   * @param turns of the event loops that requests come from
   */
  ServableDecorators(
      ServerSettings settings,
      SettingsSource ofVersions,
      ServingMetrics metrics,
      Consumer<ServableId> expired,
      Turns turns,
      int processors) {
    this.settings = settings;
    this.ofVersions = ofVersions;
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
    return decorators;
  }

  private Servable scheduled(ModelVersion version, Servable servable) throws ServingException {
    ModelSettings own = ofVersions.of(version);
    boolean merges = merges(version.id(), own);
    BatchPool threads = pool;
    if (threads == null || !merges) {
      return onLanes(version, servable, laneOptions(version.id(), own, merges));
    }
    Optional<BatchingParameters> parameters = parameters(version);
    return parameters.isEmpty()
        ? onLanes(version, servable, laneOptions(version.id(), own, false))
        : new TfsBatching(
            version.id(),
            servable,
            options(parameters.get(), own.batching().mostRows()),
            threads,
            metrics.batching(),
            expired);
  }

  /** Returns whether requests may share runs, however that is done. */
  boolean merges(ServableId id, ModelSettings own) {
    return own.batching()
        .enabled()
        .orElseGet(
            () ->
                settings.batching().mode() != BatchingMode.OFF
                    && !settings.limits().unbatchedModels().contains(id.model()));
  }

  private static Servable onLanes(ModelVersion version, Servable servable, LaneOptions options)
      throws ServingException {
    return LaneServable.decorator(options).decorate(version, servable);
  }

  /**
   * Returns how a version gets its lanes.
   *
   * @param own what is said of it, which goes before the flags
   */
  LaneOptions laneOptions(ServableId id, ModelSettings own, boolean merges) {
    ServerSettings.Limits limits = settings.limits();
    int lanes = own.threads().lanes().orElse(limits.lanesPerModel());
    int mostRows = own.batching().mostRows().orElse(Integer.MAX_VALUE);
    return new LaneOptions(
        lanes,
        new QueueLimits(
            limits.laneQueueCapacity(),
            settings.overload().longestWait(),
            settings.overload().clients()),
        merges && mostRows > 1,
        mostRows,
        // An event loop that ran models itself would give each of them the loop's weight.
        processors == 1 && lanes == 1 && limits.weights().areEqual(),
        limits.weights().of(id.model()),
        own.batching().objective().orElseGet(() -> limits.objectives().of(id.model())),
        turns,
        expired,
        (of, rows) -> metrics.ran(of.model(), rows));
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

  /** A version's own bound on rows is one on batches; of sizes to pad to it is then the last. */
  static TfsOptions options(BatchingParameters parameters, OptionalInt ownMost) {
    long most = ownMost.orElse(Integer.MAX_VALUE);
    List<Long> allowed = new ArrayList<>(parameters.allowedBatchSizes());
    if (allowed.removeIf(size -> size > most) && !allowed.contains(most)) {
      allowed.add(most);
    }
    return new TfsOptions(
        Math.min(parameters.maxBatchSize(), most),
        parameters.timeout(),
        parameters.maxEnqueuedBatches(),
        allowed,
        parameters.padVariableLength(),
        parameters.splitting(),
        Math.min(parameters.maxExecutionBatchSize(), most));
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
