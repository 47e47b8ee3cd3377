package dev.sluice.main;

import dev.sluice.admission.ByteBudget;
import dev.sluice.admission.Limiter;
import dev.sluice.api.RequestThreads;
import dev.sluice.config.BatchingMode;
import dev.sluice.config.ConfigException;
import dev.sluice.config.ModelsConfig;
import dev.sluice.config.SecuritySettings;
import dev.sluice.config.ServerSettings;
import dev.sluice.config.folder.FolderSettings;
import dev.sluice.engine.Engine;
import dev.sluice.engine.ExpiredRuns;
import dev.sluice.engine.LoaderFactory;
import dev.sluice.engine.MeteredLoader;
import dev.sluice.engine.SettingsSource;
import dev.sluice.health.HealthMonitor;
import dev.sluice.http.HttpLimits;
import dev.sluice.lifecycle.Manager;
import dev.sluice.lifecycle.VersionStatus;
import dev.sluice.metrics.Exposition;
import dev.sluice.metrics.JvmSampler;
import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.ProcessSampler;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.predict.Predictor;
import dev.sluice.servable.ServingException;
import dev.sluice.source.FileSystemSource;
import dev.sluice.telemetry.Telemetry;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All parts of a running server, and the order in which they start and stop.
 *
 * <p>{@link #start} and {@link #stop} are called once each, by one thread.
 */
final class Server {
  private static final System.Logger LOG = System.getLogger("sluice");

  /** Unloading what nobody uses takes moments, and is worth them even when the grace is over. */
  private static final Duration UNLOAD_PATIENCE = Duration.ofSeconds(1);

  /**
   * What large REST bodies may hold from their arrival until they are decoded: far less than what
   * dist/jvm.options gives all buffers, since a buffer that grows may take twice its content.
   */
  private static final long BODY_BYTES = 256L << 20;

  /**
   * What large gRPC messages may hold that wait to be decoded, and what requests of either protocol
   * make of few bytes until their run has ended.
   */
  private static final long MESSAGE_BYTES = 1L << 30;

  /** How long a REST request that has begun may make no headway. */
  private static final Duration REQUEST_PATIENCE = Duration.ofSeconds(30);

  /** How long a REST client may take nothing of its answers. */
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(60);

  /** How long a stop waits for event loops, which may hang. */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final ServerSettings settings;
  private final ModelsOrigin origin;
  private final ModelsConfig models;
  private final List<Engine> engines = Engines.onClassPath();
  private final int processors = Runtime.getRuntime().availableProcessors();
  private final MetricRegistry registry = new MetricRegistry();
  private final ServingMetrics metrics;
  private final ExpiredRuns expiredRuns = new ExpiredRuns();
  private final Observation observation;
  private final Limiter limiter;
  private final MemoryPressure memory;
  private final ServableDecorators decorators;
  private final Manager manager;
  private final FileSystemSource source;
  private final Predictor predictor;
  private final EventLoops loops;
  private final ExecutorService workers;
  private final RequestThreads threads;
  private final SelectedModels selected;
  private final HealthMonitor health;
  private final Readiness readiness;
  private final Departure departure;
  private final Apis apis;
  private final Security security;
  private final HttpPorts http;
  private final ModelReload reload;
  private final GrpcPorts grpc;

  /** Asked for by a signal's thread, too. */
  private volatile @Nullable ModelsPoll modelsPoll;

  /** How long a stop still waits for requests, once it does. */
  private volatile @Nullable Patience drain;

  /**
   * Builds the parts; nothing runs yet.
   *
   * @param origin where the models are listed
   * @param models those to begin with, read from there
   * @throws ConfigException if keys or certificates cannot be used, or traces and logs not be
   *     opened
   */
  Server(ServerSettings settings, ModelsOrigin origin, ModelsConfig models) throws ConfigException {
    this.settings = settings;
    this.origin = origin;
    this.models = models;
    this.metrics = new ServingMetrics(registry, settings.batching().mode() == BatchingMode.TFS);
    SecuritySettings.Bounds bounds = settings.security().bounds();
    this.security = new Security(settings);
    ConnectionLimit connections =
        new ConnectionLimit(bounds.connections(), line -> LOG.log(Level.WARNING, line));
    this.observation = Observation.open(settings.telemetry());
    this.limiter = new Limiter(settings.limits().maxConcurrentRequests());
    this.memory = new MemoryPressure(settings.overload().memory());
    this.loops = new EventLoops(loopCount(), CLOSE_PATIENCE);
    this.grpc = new GrpcPorts(settings, loops, connections, security);
    FolderSettings folders =
        new FolderSettings(
            !settings.models().byReference(),
            settings.models().origin() instanceof ServerSettings.Origin.Repository repository
                ? repository.roots()
                : List.of(),
            line -> LOG.log(Level.WARNING, line));
    SettingsSource ofVersions = folders.over(origin.settings());
    this.decorators =
        new ServableDecorators(
            settings,
            ofVersions,
            metrics,
            expiredRuns.andThen(id -> metrics.expiredInQueue(id.model())),
            loops,
            processors);
    LoaderFactory loaders =
        new LoaderFactory(engines, settings.engine(), ofVersions, MeteredLoader.decorator(metrics));
    this.manager =
        new Manager(
            settings.manager().withMemory(memory.ofLoads()),
            loaders,
            decorators.inOrder(),
            new StateLog().andThen(new EndedVersions(metrics.own())),
            folders.fingerprint());
    this.source =
        new FileSystemSource(
            settings.models().versionPollPeriod(),
            line -> LOG.log(Level.WARNING, line),
            directory ->
                !settings.models().byReference()
                    && (loaders.isModel(directory) || FolderSettings.isModel(directory)));
    this.workers = decoders(processors);
    ByteBudget messages = new ByteBudget(MESSAGE_BYTES, memory.spare());
    this.predictor = new Predictor(manager, limiter, messages);
    this.threads = new RequestThreads(loops::ownLoop, workers, messages);
    this.selected = new SelectedModels(new ServedModels(manager, source), models.watched());
    this.health = monitor();
    this.readiness = new Readiness(health);
    this.departure = new Departure(settings.health().prestop(), this::leave);
    this.apis =
        new Apis(
            settings,
            new Apis.Parts(predictor, manager.states(), selected, threads, limiter),
            readiness,
            departure,
            new Telemetry(metrics, observation.listener()),
            registry,
            exposition());
    HttpLimits limits =
        new HttpLimits(
            new ByteBudget(BODY_BYTES, memory.spare()),
            REQUEST_PATIENCE,
            ANSWER_PATIENCE,
            CLOSE_PATIENCE,
            bounds.headerBytes(),
            bounds.bodyBytes());
    this.http =
        new HttpPorts(settings, new HttpPorts.Base(loops, connections, limits), security, apis);
    this.reload =
        new ModelReload(
            Engines.validator(settings.models()),
            selected,
            models,
            settings.models().labelsForUnavailable());
  }

  private Exposition exposition() {
    return new Exposition(
        metrics,
        registry,
        List.of(
            new ServerSampler(readiness::isReady, manager.states()::all, engines),
            observation,
            new ProcessSampler(),
            new JvmSampler()));
  }

  private HealthMonitor monitor() {
    HealthLog log =
        new HealthLog(line -> LOG.log(Level.WARNING, line), line -> LOG.log(Level.INFO, line));
    return new HealthMonitor(
        settings.health().options(),
        new HealthMonitor.Subjects(
            manager::runsUnderWay, manager.states()::all, selected::wanted, loops.all()),
        report -> {
          grpc.show(report);
          log.accept(report);
        });
  }

  /** Started at once: later the system may have no thread left, and then nobody would answer. */
  private static ExecutorService decoders(int count) {
    ThreadPoolExecutor decoders =
        new ThreadPoolExecutor(
            count,
            count,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("decode-", 0).daemon().factory());
    decoders.prestartAllCoreThreads();
    return decoders;
  }

  /** One for each CPU, unless the operator wants fewer; REST runs on the same ones. */
  private int loopCount() {
    int most = settings.grpc().maxThreads();
    return most == 0 ? processors : Math.min(most, processors);
  }

  /**
   * Loads the models, then opens the ports. A model that is missing or broken holds up nobody: it
   * is waited for until its first try has ended.
   *
   * @throws IOException if a port cannot be opened; the message names the flag
   * @throws ServingException if a label points to a version that is not available
   */
  void start() throws IOException, ServingException, InterruptedException {
    memory.start();
    observation.start();
    manager.start();
    source.start(manager::aspire);
    if (settings.models().labelsForUnavailable()) {
      manager.setLabels(models.labels(), true);
    }
    source.setModels(models.watched());
    new FirstTries(manager, source).await(models);
    if (!settings.models().labelsForUnavailable()) {
      manager.setLabels(models.labels(), false);
    }
    health.start();
    security.start();
    grpc.open(apis.services(reload), health.report());
    http.open();
    readiness.serve();
    pollModels();
  }

  private void pollModels() {
    Optional<Duration> period = origin.pollPeriod();
    if (period.isPresent()) {
      ModelsPoll poll =
          new ModelsPoll(
              origin,
              period.get(),
              reload,
              new ModelsPoll.Log(
                  line -> LOG.log(Level.INFO, line), line -> LOG.log(Level.ERROR, line)));
      modelsPoll = poll;
      poll.start();
    }
  }

  /** Looks for changes of the list of models at once, if it is ever read again. */
  void lookNow() {
    ModelsPoll poll = modelsPoll;
    if (poll != null) {
      poll.hurry();
    }
  }

  /** Wants no traffic from now on, and says so wherever a client may look. Does not block. */
  private void leave() {
    readiness.leave();
    http.leave();
    grpc.leave();
    LOG.log(Level.INFO, "Leaving: readiness is off, and clients are sent elsewhere");
  }

  /** Ends what a stop, or the time before it, waits for now. */
  void hurry() {
    Patience waiting = drain;
    if (waiting == null) {
      departure.hurry();
    } else {
      waiting.lose();
    }
  }

  /**
   * Stops in the reverse order: readiness off, then no new calls, those under way finish within the
   * grace time, versions unload.
   */
  void stop() throws InterruptedException {
    departure.complete();
    Patience patience = new Patience(settings.limits().drain());
    drain = patience;
    reload.stopWaiting();
    selected.stopWaiting();
    ModelsPoll poll = modelsPoll;
    if (poll != null) {
      poll.close();
    }
    grpc.drain();
    http.drain();
    source.close();
    grpc.awaitDrained(patience, () -> limiter.inFlight() == 0);
    patience.await(http::awaitDrained);
    // A run whose client has gone still needs its version.
    patience.awaitUntil(() -> limiter.inFlight() == 0);
    security.close();
    decorators.close();
    List<VersionStatus> left = manager.shutDown(atLeast(UNLOAD_PATIENCE, patience.left()));
    health.close();
    http.close();
    grpc.close();
    workers.shutdown();
    memory.close();
    loops.close();
    workers.awaitTermination(1, TimeUnit.SECONDS);
    observation.close();
    LOG.log(
        Level.INFO,
        "Stopped: %d requests left, %d versions left, %d tensors left; %d runs had expired in a queue"
            .formatted(
                limiter.inFlight(),
                left.size(),
                engines.stream().mapToLong(Engine::liveTensors).sum(),
                expiredRuns.total()));
    for (VersionStatus status : left) {
      LOG.log(Level.WARNING, "Left loaded, for requests still use it: " + status.id());
    }
  }

  /** Stops what {@link #start} had started before it failed, without waiting for anybody. */
  void abort() throws InterruptedException {
    health.close();
    source.close();
    security.close();
    decorators.close();
    manager.shutDown(Duration.ZERO);
    http.close();
    grpc.close();
    workers.shutdown();
    memory.close();
    loops.close();
    observation.close();
  }

  private static Duration atLeast(Duration least, Duration time) {
    return time.compareTo(least) < 0 ? least : time;
  }
}
