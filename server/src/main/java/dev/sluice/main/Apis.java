package dev.sluice.main;

import dev.sluice.admission.Limiter;
import dev.sluice.api.RequestThreads;
import dev.sluice.api.oip.ModelCatalog;
import dev.sluice.api.oip.ServerMetadata;
import dev.sluice.api.oip.SharedMemory;
import dev.sluice.api.oip.grpc.InferenceService;
import dev.sluice.api.oip.rest.OipRestApi;
import dev.sluice.api.oip.rest.OipRestOptions;
import dev.sluice.api.tfs.GrpcServices;
import dev.sluice.api.tfs.PredictOptions;
import dev.sluice.api.tfs.RestApi;
import dev.sluice.api.tfs.RestOptions;
import dev.sluice.config.ServerSettings;
import dev.sluice.console.Console;
import dev.sluice.http.HttpHandler;
import dev.sluice.http.Router;
import dev.sluice.lifecycle.StateTable;
import dev.sluice.metrics.Exposition;
import dev.sluice.metrics.MetricRegistry;
import dev.sluice.predict.Predictor;
import dev.sluice.telemetry.Telemetry;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The protocols: what is served over REST and over gRPC, on the same models. */
final class Apis {
  /**
   * What the protocols translate to.
   *
   * @param predictor runs models
   * @param states of all versions
   * @param selected loads and unloads models of the configuration
   * @param threads where requests are decoded and run
   * @param limiter counts the requests that are inside
   */
  record Parts(
      Predictor predictor,
      StateTable states,
      SelectedModels selected,
      RequestThreads threads,
      Limiter limiter) {}

  private final ServerSettings settings;
  private final Parts parts;
  private final Readiness readiness;
  private final Departure departure;
  private final Telemetry telemetry;
  private final MetricRegistry registry;
  private final Exposition exposition;
  private final PageThread metricsThread = new PageThread();
  private final ServerMetadata metadata = ServerMetadata.of(Version.current());
  private final ModelCatalog catalog;
  private final Optional<ClientHeader> clientHeader;
  private final SharedMemory regions = new SharedMemory(SharedMemory.SYSTEM_DIRECTORY);

  Apis(
      ServerSettings settings,
      Parts parts,
      Readiness readiness,
      Departure departure,
      Telemetry telemetry,
      MetricRegistry registry,
      Exposition exposition) {
    this.settings = settings;
    this.parts = parts;
    this.readiness = readiness;
    this.departure = departure;
    this.telemetry = telemetry;
    this.registry = registry;
    this.exposition = exposition;
    this.clientHeader = settings.overload().clientHeader().map(ClientHeader::new);
    this.catalog = new ModelCatalog(parts.predictor(), parts.states()::all, readiness);
  }

  /** Returns what is served over REST. */
  Router routes() {
    RestApi rest =
        new RestApi(
            parts.predictor(),
            parts.states()::versions,
            new RestOptions(
                settings.rest().timeout(),
                settings.rest().cors(),
                settings.answers().checkMethodName()),
            parts.threads(),
            telemetry);
    OipRestApi oip =
        new OipRestApi(
            new OipRestApi.Parts(
                metadata,
                readiness,
                parts.predictor(),
                catalog,
                parts.selected(),
                regions,
                parts.threads(),
                telemetry),
            new OipRestOptions(settings.rest().timeout(), settings.rest().cors()));
    Map<String, HttpHandler> exact = pages();
    exact.put("/v2", oip);
    exact.put(Departure.PATH, departure);
    List<Router.Prefix> prefixes =
        new ArrayList<>(
            List.of(new Router.Prefix("/v1/", named(rest)), new Router.Prefix("/v2/", named(oip))));
    if (settings.rest().console()) {
      HttpHandler console = console();
      exact.put(Console.PATH, console);
      prefixes.add(new Router.Prefix(Console.PATH + "/", console));
    }
    return new Router(exact, prefixes);
  }

  private HttpHandler named(HttpHandler api) {
    return clientHeader.isPresent() ? clientHeader.get().before(api) : api;
  }

  /** Returns what is served to probes and scrapers on a port of their own. */
  Router probes() {
    return new Router(pages(), List.of());
  }

  /** Returns the pages that no model takes part in, by their paths. */
  private Map<String, HttpHandler> pages() {
    HttpHandler live = readiness.liveHandler();
    HttpHandler ready = readiness.readyHandler();
    Map<String, HttpHandler> exact = new HashMap<>();
    if (settings.monitoring().enabled()) {
      HttpHandler page = new MetricsPage(settings.monitoring().path(), registry, metricsThread);
      exact.put("/metrics", new ExpositionPage(exposition, metricsThread));
      exact.put(settings.monitoring().path(), page);
    }
    exact.putAll(
        Map.of(
            "/livez", live,
            "/healthz", live,
            "/ping", live,
            "/readyz", ready));
    return exact;
  }

  private Console console() {
    return new Console(
        new Console.Parts(
            Version.current(),
            readiness::isReady,
            parts.states()::all,
            parts.predictor(),
            parts.limiter(),
            telemetry.metrics()),
        Clock.systemUTC());
  }

  /**
   * Returns what is served over gRPC.
   *
   * @param reload does what {@code HandleReloadConfigRequest} asks for
   */
  List<ServerServiceDefinition> services(ModelReload reload) {
    PredictOptions options =
        new PredictOptions(
            settings.answers().asTensorContent(),
            settings.answers().checkMethodName(),
            PredictOptions.DEFAULT_LARGEST_INLINE);
    List<ServerServiceDefinition> services =
        new ArrayList<>(
            GrpcServices.create(
                parts.predictor(),
                parts.states()::versions,
                parts.threads(),
                options,
                reload,
                telemetry,
                registry::value));
    services.add(
        InferenceService.create(
            new InferenceService.Parts(
                metadata,
                readiness,
                parts.predictor(),
                catalog,
                parts.selected(),
                regions,
                parts.threads(),
                PredictOptions.DEFAULT_LARGEST_INLINE,
                telemetry)));
    clientHeader.ifPresent(
        header -> services.replaceAll(service -> ServerInterceptors.intercept(service, header)));
    return services;
  }
}
