package dev.sluice.api.tfs;

import dev.sluice.api.RequestThreads;
import dev.sluice.api.rest.Expansion;
import dev.sluice.api.rest.Gzip;
import dev.sluice.api.rest.RestInference;
import dev.sluice.api.rest.RestRequest;
import dev.sluice.api.rest.RouteCache;
import dev.sluice.http.Exchange;
import dev.sluice.http.HttpHandler;
import dev.sluice.http.Response;
import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.metrics.RequestMeter;
import dev.sluice.predict.Predictor;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.telemetry.RequestObserver;
import dev.sluice.telemetry.Telemetry;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * TensorFlow Serving's REST API (rest.md): everything under {@code /v1/}.
 *
 * <p>Handlers run on event loops; large bodies are decoded by the worker executor.
 */
public final class RestApi implements HttpHandler {
  private static final byte[] EMPTY = new byte[0];

  /** What requests that name no model are counted under. */
  private static final String NO_MODEL = "";

  private final RestInference inference;
  private final ErrorAnswers errors;
  private final RestModelInfo info;
  private final RestOptions options;
  private final Map<Api, RequestObserver> observers = new EnumMap<>(Api.class);
  private final RequestMeter infoMeter;
  private final RouteCache<RestRoute> routes =
      new RouteCache<>(
          target -> RestRoute.of("POST", target), route -> route instanceof RestRoute.Infer);

  /**
   * Creates the API.
   *
   * @param threads where requests are decoded and run
   * @param telemetry who sees the requests
   */
  public RestApi(
      Predictor predictor,
      ModelStatuses statuses,
      RestOptions options,
      RequestThreads threads,
      Telemetry telemetry) {
    this.errors = new ErrorAnswers(options);
    this.inference = new RestInference(predictor, threads, options.timeout(), errors);
    this.info = new RestModelInfo(predictor, statuses);
    this.options = options;
    this.infoMeter = telemetry.info(Entrypoint.REST);
    for (Api api : List.of(Api.PREDICT, Api.CLASSIFY, Api.REGRESS)) {
      observers.put(api, telemetry.requests(api, Entrypoint.REST));
    }
  }

  @Override
  public void handle(Exchange exchange) {
    if (exchange.method().equals("OPTIONS")) {
      answerOptions(exchange);
      return;
    }
    switch (route(exchange)) {
      case RestRoute.Infer infer -> infer(exchange, infer);
      case RestRoute.Status status -> answer(exchange, status.model(), () -> info.status(status));
      case RestRoute.Metadata metadata ->
          answer(exchange, metadata.model(), () -> info.metadata(metadata));
      case RestRoute.Refused(String message) ->
          fail(exchange, infoMeter, NO_MODEL, ServingException.invalidArgument(message));
      case RestRoute.OutOfRange() -> errors.respond(exchange, 400, "", EMPTY);
    }
  }

  private RestRoute route(Exchange exchange) {
    return exchange.method().equals("POST")
        ? routes.of(exchange.target())
        : RestRoute.of(exchange.method(), exchange.target());
  }

  private void infer(Exchange exchange, RestRoute.Infer route) {
    switch (route.verb()) {
      case PREDICT -> infer(exchange, route, new RestPredict(options), Api.PREDICT);
      case CLASSIFY ->
          infer(exchange, route, new RestExamples(new Classification(), options), Api.CLASSIFY);
      case REGRESS ->
          infer(exchange, route, new RestExamples(new Regression(), options), Api.REGRESS);
    }
  }

  private void infer(Exchange exchange, RestRoute.Infer route, RestRequest<?> request, Api api) {
    inference.serve(
        exchange,
        route.target(),
        request,
        Objects.requireNonNull(observers.get(api)),
        expansion(exchange));
  }

  static @Nullable Expansion expansion(Exchange exchange) {
    String encoding = exchange.header("Content-Encoding");
    return encoding != null && encoding.contains("gzip") ? RestApi::expand : null;
  }

  /** What cannot be expanded counts as an empty body, as in the reference (rest.md §1.6). */
  private static byte[] expand(byte[] bytes, int length, Expansion.Room room)
      throws ServingException {
    byte[] expanded = Gzip.expand(bytes, length, room);
    return expanded == null ? EMPTY : expanded;
  }

  /** Makes a body, or fails. */
  @FunctionalInterface
  private interface Body {
    byte[] make() throws ServingException;
  }

  private void answer(Exchange exchange, String model, Body body) {
    long start = System.nanoTime();
    try {
      byte[] bytes = body.make();
      infoMeter.succeeded(model, System.nanoTime() - start);
      exchange.respond(options.success().response(), bytes, bytes.length);
    } catch (ServingException e) {
      fail(exchange, infoMeter, model, e);
    }
  }

  private void answerOptions(Exchange exchange) {
    String origin = exchange.header("Origin");
    boolean allowed = origin != null && (origin.contains("http://") || origin.contains("https://"));
    Response response =
        new Response(allowed ? 200 : 400, Response.html(200).contentType(), options.extraHeaders());
    if (allowed) {
      infoMeter.succeeded(NO_MODEL, 0);
    } else {
      infoMeter.failed(NO_MODEL, Code.FAILED_PRECONDITION.name());
    }
    exchange.respond(response, EMPTY, 0);
  }

  private void fail(Exchange exchange, RequestMeter meter, String model, ServingException failure) {
    meter.failed(model, failure.code().name());
    errors.answer(exchange, failure);
  }
}
