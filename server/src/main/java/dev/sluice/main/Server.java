package dev.sluice.main;

import dev.sluice.admission.ByteBudget;
import dev.sluice.admission.Limiter;
import dev.sluice.api.RequestThreads;
import dev.sluice.config.BatchingMode;
import dev.sluice.config.ConfigException;
import dev.sluice.config.ModelsConfig;
import dev.sluice.config.ServerSettings;
import dev.sluice.config.TlsConfig;
import dev.sluice.config.folder.FolderSettings;
import dev.sluice.engine.Engine;
import dev.sluice.engine.ExpiredRuns;
import dev.sluice.engine.LoaderFactory;
import dev.sluice.engine.MeteredLoader;
import dev.sluice.engine.SettingsSource;
import dev.sluice.http.HttpLimits;
import dev.sluice.http.HttpListener;
import dev.sluice.lifecycle.Manager;
import dev.sluice.lifecycle.Outcome;
import dev.sluice.lifecycle.VersionStatus;
import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.predict.Predictor;
import dev.sluice.servable.ServingException;
import dev.sluice.source.FileSystemSource;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All parts of a running server, and the order in which they start and stop.
 *
 * <p>{@link #start} and {@link #stop} are called once each, by one thread.
 */
final class Server {
  private static final System.Logger LOG = System.getLogger("sluice");

  /** How long the ports may stay shut for models that load (lifecycle.md §8 waits for ever). */
  private static final Duration START_PATIENCE = Duration.ofDays(1);

  /** Between two lines that say how far the start has come. */
  private static final Duration PROGRESS_PERIOD = Duration.ofSeconds(1);

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
  private final Readiness readiness = new Readiness();
  private final MetricRegistry registry = new MetricRegistry();
  private final ServingMetrics metrics;
  private final ExpiredRuns expiredRuns = new ExpiredRuns();
  private final Limiter limiter;
  private final ServableDecorators decorators;
  private final Manager manager;
  private final FileSystemSource source;
  private final Predictor predictor;
  private final EventLoops loops;
  private final ExecutorService workers;
  private final RequestThreads threads;
  private final SelectedModels selected;
  private final Apis apis;
  private final HttpListener http;
  private final ModelReload reload;
  private final GrpcTuning tuning;
  private final Optional<SslContext> tls;
  private final List<GrpcListener> grpc = new ArrayList<>();

  /** Asked for by a signal's thread, too. */
  private volatile @Nullable ModelsPoll modelsPoll;

  /**
   * Builds the parts; nothing runs yet.
   *
   * @param origin where the models are listed
   * @param models those to begin with, read from there
   * @throws ConfigException if keys or certificates cannot be used
   */
  Server(ServerSettings settings, ModelsOrigin origin, ModelsConfig models) throws ConfigException {
    this.settings = settings;
    this.origin = origin;
    this.models = models;
    this.metrics = new ServingMetrics(registry, settings.batching().mode() == BatchingMode.TFS);
    Optional<TlsConfig> encryption = settings.grpc().tls();
    this.tls =
        encryption.isEmpty() ? Optional.empty() : Optional.of(GrpcTls.context(encryption.get()));
    this.tuning =
        new GrpcTuning(settings.grpc().channelArguments(), line -> LOG.log(Level.WARNING, line));
    this.limiter = new Limiter(settings.limits().maxConcurrentRequests());
    this.loops = new EventLoops(loopCount(), CLOSE_PATIENCE);
    FolderSettings folders =
        new FolderSettings(!settings.models().byReference(), line -> LOG.log(Level.WARNING, line));
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
            settings.manager(),
            loaders,
            decorators.inOrder(),
            new StateLog().andThen(new EndedVersions(metrics.inference())),
            folders.fingerprint());
    this.source =
        new FileSystemSource(
            settings.models().versionPollPeriod(),
            line -> LOG.log(Level.WARNING, line),
            directory ->
                !settings.models().byReference()
                    && (loaders.isModel(directory) || FolderSettings.isModel(directory)));
    this.workers =
        Executors.newFixedThreadPool(
            processors, Thread.ofPlatform().name("decode-", 0).daemon().factory());
    ByteBudget messages = new ByteBudget(MESSAGE_BYTES);
    this.predictor = new Predictor(manager, limiter, messages);
    this.threads = new RequestThreads(loops::ownLoop, workers, messages);
    this.selected = new SelectedModels(new ServedModels(manager, source), models.watched());
    this.apis =
        new Apis(
            settings,
            new Apis.Parts(predictor, manager.states(), selected, threads),
            readiness,
            metrics,
            registry);
    this.http =
        new HttpListener(
            loops.acceptors(),
            loops.workers(),
            loops.channelType(),
            apis.routes(),
            new HttpLimits(
                new ByteBudget(BODY_BYTES), REQUEST_PATIENCE, ANSWER_PATIENCE, CLOSE_PATIENCE),
            Clock.systemUTC());
    this.reload =
        new ModelReload(
            Engines.validator(settings.models()),
            selected,
            models,
            settings.models().labelsForUnavailable());
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
    manager.start();
    source.start(manager::aspire);
    if (settings.models().labelsForUnavailable()) {
      manager.setLabels(models.labels(), true);
    }
    source.setModels(models.watched());
    awaitModels();
    if (!settings.models().labelsForUnavailable()) {
      manager.setLabels(models.labels(), false);
    }
    openPorts();
    readiness.set(true);
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

  private void awaitModels() throws InterruptedException {
    Map<String, String> unread = source.awaitLook();
    List<String> expected =
        models.models().stream()
            .map(model -> model.name())
            .filter(name -> !unread.containsKey(name))
            .toList();
    long end = System.nanoTime() + START_PATIENCE.toNanos();
    int decided = decided(expected);
    while (decided < expected.size() && System.nanoTime() - end < 0) {
      LOG.log(Level.INFO, "Loaded " + decided + " of " + expected.size() + " models");
      decided = decided(expected);
    }
  }

  /** Waits for models as long as operators should wait for news; returns how many are done. */
  private int decided(List<String> models) throws InterruptedException {
    Map<String, Outcome> outcomes = manager.await(models, Outcome.Until.FIRST_TRY, PROGRESS_PERIOD);
    return (int)
        outcomes.values().stream().filter(outcome -> !(outcome instanceof Outcome.Pending)).count();
  }

  private void openPorts() throws IOException {
    openGrpc(
        new GrpcListener.Options(
            loops, tuning, tls, apis.services(reload), settings.grpc().healthService()));
    if (settings.rest().port() != 0) {
      InetSocketAddress bound =
          Ports.open(
              "--rest_api_port", () -> http.bind(new InetSocketAddress(settings.rest().port())));
      LOG.log(Level.INFO, "Exporting HTTP/REST API at:localhost:" + bound.getPort() + " ...");
    }
  }

  private void openGrpc(GrpcListener.Options options) throws IOException {
    int port = settings.grpc().port();
    if (port != 0) {
      grpc.add(Ports.open("--port", () -> GrpcListener.open(new InetSocketAddress(port), options)));
      // The phrases are what scripts look for in the reference's log (lifecycle.md §8).
      LOG.log(Level.INFO, "Running gRPC ModelServer at 0.0.0.0:" + grpc.getFirst().port() + " ...");
    }
    Optional<Path> socket = settings.grpc().socketPath();
    if (socket.isPresent()) {
      grpc.add(Ports.open("--grpc_socket_path", () -> GrpcListener.open(socket.get(), options)));
      LOG.log(Level.INFO, "Running gRPC ModelServer at UNIX socket " + socket.get() + " ...");
    }
    grpc.forEach(listener -> listener.setServing(true));
  }

  /**
   * Stops in the reverse order: readiness off, no new calls, those under way finish within the
   * grace time, versions unload.
   */
  void stop() throws InterruptedException {
    long end = System.nanoTime() + settings.limits().drain().toNanos();
    readiness.set(false);
    reload.stopWaiting();
    selected.stopWaiting();
    ModelsPoll poll = modelsPoll;
    if (poll != null) {
      poll.close();
    }
    grpc.forEach(GrpcListener::drain);
    http.drain();
    source.close();
    for (GrpcListener listener : grpc) {
      listener.awaitDrained(until(end));
    }
    http.awaitDrained(until(end));
    decorators.close();
    List<VersionStatus> left = manager.shutDown(atLeast(UNLOAD_PATIENCE, until(end)));
    http.close();
    grpc.forEach(GrpcListener::close);
    workers.shutdown();
    loops.close();
    workers.awaitTermination(1, TimeUnit.SECONDS);
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
    source.close();
    decorators.close();
    manager.shutDown(Duration.ZERO);
    http.close();
    grpc.forEach(GrpcListener::close);
    workers.shutdown();
    loops.close();
  }

  private static Duration atLeast(Duration least, Duration time) {
    return time.compareTo(least) < 0 ? least : time;
  }

  private static Duration until(long end) {
    return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }
}
