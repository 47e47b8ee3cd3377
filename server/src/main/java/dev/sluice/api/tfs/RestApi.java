package dev.sluice.api.tfs;

import dev.sluice.api.RequestThreads;
import dev.sluice.api.tfs.json.ErrorBody;
import dev.sluice.http.Exchange;
import dev.sluice.http.HttpHandler;
import dev.sluice.http.Response;
import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.metrics.RequestMeter;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.predict.Predictor;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.time.Duration;

/**
 * TensorFlow Serving's REST API (rest.md): everything under {@code /v1/}.
 *
 * <p>Handlers run on event loops; large bodies are decoded by the worker executor.
 */
public final class RestApi implements HttpHandler {
  private static final byte[] EMPTY = new byte[0];

  /** What requests that name no model are counted under. */
  private static final String NO_MODEL = "";

  private static final int UNAVAILABLE = 503;
  private static final String RETRY_AFTER = "Retry-After: 1\r\n";

  private static final Response JSON_OK = Response.json(200);

  private final Predictor predictor;
  private final RestModelInfo info;
  private final RestOptions options;
  private final RequestThreads threads;
  private final ServingMetrics metrics;
  private final RequestMeter infoMeter;
  private final RouteCache routes = new RouteCache();
  private final Response ok;

  /**
   * Creates the API.
   *
   * @param threads where requests are decoded and run
   * @param metrics where requests are counted
   */
  public RestApi(
      Predictor predictor,
      ModelStatuses statuses,
      RestOptions options,
      RequestThreads threads,
      ServingMetrics metrics) {
    this.predictor = predictor;
    this.info = new RestModelInfo(predictor, statuses);
    this.options = options;
    this.threads = threads;
    this.metrics = metrics;
    this.infoMeter = metrics.requests(Api.INFO, Entrypoint.REST);
    this.ok = new Response(200, JSON_OK.contentType(), options.extraHeaders());
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
      case RestRoute.OutOfRange() -> respond(exchange, 400, EMPTY);
    }
  }

  private RestRoute route(Exchange exchange) {
    return exchange.method().equals("POST")
        ? routes.post(exchange.target())
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

  private void infer(Exchange exchange, RestRoute.Infer route, RestRequest request, Api api) {
    RequestMeter meter = metrics.requests(api, Entrypoint.REST);
    new RestExchange(this, exchange, route, request, meter).start();
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
      exchange.respond(ok, bytes, bytes.length);
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

  /** Answers with the error body of rest.md §2, and counts it. */
  void fail(Exchange exchange, RequestMeter meter, String model, ServingException failure) {
    meter.failed(model, failure.code().name());
    respond(exchange, RestStatus.of(failure.code()), ErrorBody.of(failure.text()));
  }

  private void respond(Exchange exchange, int status, byte[] body) {
    // Whoever is refused because others wait already should not come back at once.
    String headers =
        status == UNAVAILABLE ? options.extraHeaders() + RETRY_AFTER : options.extraHeaders();
    exchange.respond(new Response(status, JSON_OK.contentType(), headers), body, body.length);
  }

  void succeed(Exchange exchange, byte[] body, int length) {
    exchange.respond(ok, body, length);
  }

  Predictor predictor() {
    return predictor;
  }

  RequestThreads threads() {
    return threads;
  }

  /** Returns when a request is out of time; it and the start are those of System.nanoTime. */
  long deadline(long start) {
    Duration timeout = options.timeout();
    return timeout.isPositive() ? start + timeout.toNanos() : Long.MAX_VALUE;
  }
}
