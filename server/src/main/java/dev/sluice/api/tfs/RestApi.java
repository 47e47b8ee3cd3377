package dev.sluice.api.tfs;

import dev.sluice.api.tfs.json.ErrorBody;
import dev.sluice.http.Exchange;
import dev.sluice.http.HttpHandler;
import dev.sluice.http.Response;
import dev.sluice.predict.Predictor;
import dev.sluice.servable.ServingException;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * TensorFlow Serving's REST API (rest.md): everything under {@code /v1/}.
 *
 * <p>Handlers run on event loops; large bodies are decoded by the worker executor.
 */
public final class RestApi implements HttpHandler {
  /** Clients use few targets, so their routes are kept; the bound stops one that invents them. */
  private static final int MAX_KEPT_ROUTES = 1024;

  private static final byte[] EMPTY = new byte[0];
  private static final Response JSON_OK = Response.json(200);

  private final Predictor predictor;
  private final RestModelInfo info;
  private final RestOptions options;
  private final RequestThreads threads;
  private final ConcurrentMap<String, RestRoute> posts = new ConcurrentHashMap<>();
  private final Response ok;

  /**
   * Creates the API.
   *
   * @param threads where requests are decoded and run
   */
  public RestApi(
      Predictor predictor, ModelStatuses statuses, RestOptions options, RequestThreads threads) {
    this.predictor = predictor;
    this.info = new RestModelInfo(predictor, statuses);
    this.options = options;
    this.threads = threads;
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
      case RestRoute.Status status -> answer(exchange, () -> info.status(status));
      case RestRoute.Metadata metadata -> answer(exchange, () -> info.metadata(metadata));
      case RestRoute.Refused(String message) ->
          fail(exchange, ServingException.invalidArgument(message));
      case RestRoute.OutOfRange() -> respond(exchange, 400, EMPTY);
    }
  }

  private RestRoute route(Exchange exchange) {
    if (!exchange.method().equals("POST")) {
      return RestRoute.of(exchange.method(), exchange.target());
    }
    RestRoute route = posts.get(exchange.target());
    if (route == null) {
      route = RestRoute.of("POST", exchange.target());
      if (posts.size() < MAX_KEPT_ROUTES) {
        posts.put(exchange.target(), route);
      }
    }
    return route;
  }

  private void infer(Exchange exchange, RestRoute.Infer route) {
    RestRequest request =
        switch (route.verb()) {
          case PREDICT -> new RestPredict(options);
          case CLASSIFY -> new RestExamples(new Classification(), options);
          case REGRESS -> new RestExamples(new Regression(), options);
        };
    new RestExchange(this, exchange, route, request).start();
  }

  /** Makes a body, or fails. */
  @FunctionalInterface
  private interface Body {
    byte[] make() throws ServingException;
  }

  private void answer(Exchange exchange, Body body) {
    try {
      byte[] bytes = body.make();
      exchange.respond(ok, bytes, bytes.length);
    } catch (ServingException e) {
      fail(exchange, e);
    }
  }

  private void answerOptions(Exchange exchange) {
    String origin = exchange.header("Origin");
    boolean allowed = origin != null && (origin.contains("http://") || origin.contains("https://"));
    Response response =
        new Response(allowed ? 200 : 400, Response.html(200).contentType(), options.extraHeaders());
    exchange.respond(response, EMPTY, 0);
  }

  /** Answers with the error body of rest.md §2. */
  void fail(Exchange exchange, ServingException failure) {
    respond(exchange, RestStatus.of(failure.code()), ErrorBody.of(failure.text()));
  }

  private void respond(Exchange exchange, int status, byte[] body) {
    Response response = new Response(status, JSON_OK.contentType(), options.extraHeaders());
    exchange.respond(response, body, body.length);
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

  /** Returns when a request that begins now is out of time, on the scale of System.nanoTime. */
  long deadline() {
    Duration timeout = options.timeout();
    return timeout.isPositive() ? System.nanoTime() + timeout.toNanos() : Long.MAX_VALUE;
  }
}
