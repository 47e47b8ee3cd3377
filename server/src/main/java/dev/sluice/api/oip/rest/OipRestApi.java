package dev.sluice.api.oip.rest;

import dev.sluice.api.RequestThreads;
import dev.sluice.api.oip.ModelCatalog;
import dev.sluice.api.oip.ModelControl;
import dev.sluice.api.oip.ServerHealth;
import dev.sluice.api.oip.ServerMetadata;
import dev.sluice.api.oip.SharedMemory;
import dev.sluice.api.rest.Expansion;
import dev.sluice.api.rest.RestInference;
import dev.sluice.api.rest.RestTarget;
import dev.sluice.api.rest.RouteCache;
import dev.sluice.http.Exchange;
import dev.sluice.http.HttpHandler;
import dev.sluice.http.Response;
import dev.sluice.http.Watcher;
import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.metrics.RequestMeter;
import dev.sluice.predict.Predictor;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.telemetry.RequestObserver;
import dev.sluice.telemetry.Telemetry;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** The Open Inference Protocol over REST: everything under {@code /v2}. */
public final class OipRestApi implements HttpHandler {
  private static final System.Logger LOG = System.getLogger(OipRestApi.class.getName());
  private static final byte[] EMPTY = {};

  /** Read on the event loop. */
  private static final int LARGEST_CONTROL_BODY = 64 << 10;

  private final OipRestOptions options;
  private final OipErrors errors;
  private final RestInference inference;
  private final OipInfo info;
  private final SharedMemory regions;
  private final RequestObserver inferences;
  private final RequestMeter infoMeter;
  private final RouteCache<OipRoute> routes =
      new RouteCache<>(OipRoute::of, route -> route instanceof OipRoute.Infer);

  /**
   * What the API stands on.
   *
   * @param health of the server
   * @param models what is told of models
   * @param control loads and unloads them
   * @param regions the shared memory that clients have registered
   * @param threads where requests are decoded and run
   * @param telemetry who sees the requests
   */
  public record Parts(
      ServerMetadata server,
      ServerHealth health,
      Predictor predictor,
      ModelCatalog models,
      ModelControl control,
      SharedMemory regions,
      RequestThreads threads,
      Telemetry telemetry) {}

  /** Creates the API. */
  public OipRestApi(Parts parts, OipRestOptions options) {
    this.options = options;
    this.errors = new OipErrors(options);
    this.inference =
        new RestInference(parts.predictor(), parts.threads(), options.timeout(), errors);
    this.info = new OipInfo(parts);
    this.regions = parts.regions();
    this.inferences = parts.telemetry().requests(Api.INFER, Entrypoint.REST);
    this.infoMeter = parts.telemetry().info(Entrypoint.REST);
  }

  @Override
  public void handle(Exchange exchange) {
    OipRoute route = routes.of(exchange.target());
    Endpoint endpoint = route.endpoint();
    if (endpoint == null) {
      errors.answer(
          exchange,
          404,
          "",
          "expected a path of the Open Inference Protocol, found " + exchange.target());
    } else if (exchange.method().equals("OPTIONS")) {
      exchange.respond(new Response(200, "", options.extraHeaders() + allow(endpoint)), EMPTY, 0);
    } else if (!endpoint.allows(exchange.method())) {
      errors.answer(
          exchange,
          405,
          allow(endpoint),
          "expected method %s for %s, found %s"
              .formatted(endpoint.allow(), exchange.target(), exchange.method()));
    } else {
      handle(exchange, route);
    }
  }

  private static String allow(Endpoint endpoint) {
    return "Allow: " + endpoint.allow() + "\r\n";
  }

  private void handle(Exchange exchange, OipRoute route) {
    try {
      switch (route) {
        case OipRoute.Infer(RestTarget target) -> infer(exchange, target);
        case OipRoute.Other other -> answer(exchange, other);
        case OipRoute.Refused refused -> throw refused.failure();
        case OipRoute.Unknown unknown -> throw new IllegalStateException("no route");
      }
    } catch (ServingException e) {
      infoMeter.failed("", e.code().name());
      errors.answer(exchange, e);
    }
  }

  private void infer(Exchange exchange, RestTarget target) throws ServingException {
    String encoding = exchange.header("Content-Encoding");
    @Nullable Expansion expansion = null;
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      expansion = Encodings.expansion(encoding);
      if (expansion == null) {
        errors.answer(
            exchange,
            415,
            "Accept-Encoding: " + Encodings.KNOWN + "\r\n",
            "expected a Content-Encoding of %s, found %s".formatted(Encodings.KNOWN, encoding));
        return;
      }
    }
    InferRequest request =
        new InferRequest(options, regions, target.model(), JsonLength.of(exchange));
    inference.serve(exchange, target, request, inferences, expansion);
  }

  private void answer(Exchange exchange, OipRoute.Other route) throws ServingException {
    int length = exchange.bodyLength();
    if (length > LARGEST_CONTROL_BODY) {
      errors.answer(
          exchange,
          413,
          "",
          "expected a body of at most %d bytes for %s, found %d"
              .formatted(LARGEST_CONTROL_BODY, exchange.target(), length));
      return;
    }
    byte[] body = new byte[length];
    exchange.copyBody(body);
    if (route.endpoint().blocks()) {
      Thread thread = Thread.ofVirtual().unstarted(() -> answer(exchange, route, body));
      exchange.watch(new Interrupter(thread), Long.MAX_VALUE);
      thread.start();
    } else {
      answer(exchange, route, body);
    }
  }

  /** Ends the wait of a call whose client has left. Who is waited for bounds the time. */
  private record Interrupter(Thread thread) implements Watcher {
    @Override
    public void onTimeout() {}

    @Override
    public void onDisconnect() {
      thread.interrupt();
    }
  }

  private void answer(Exchange exchange, OipRoute.Other route, byte[] body) {
    long start = System.nanoTime();
    int status;
    byte[] text;
    try {
      OipInfo.Answer answer = info.answer(route, body);
      status = answer.status();
      text = answer.body();
    } catch (ServingException e) {
      fail(exchange, route, e);
      return;
    } catch (RuntimeException bug) {
      LOG.log(Level.ERROR, route.endpoint() + " of the Open Inference Protocol failed", bug);
      fail(
          exchange,
          route,
          new ServingException(Code.INTERNAL, "Internal error; the server's log has the reason"));
      return;
    } catch (Error e) {
      exchange.abort(); // on a thread of its own nobody else would end it
      throw e;
    }
    infoMeter.succeeded(route.model(), System.nanoTime() - start);
    exchange.respond(head(status), text, text.length);
  }

  private void fail(Exchange exchange, OipRoute.Other route, ServingException failure) {
    infoMeter.failed(route.model(), failure.code().name());
    errors.answer(exchange, failure);
  }

  private Response head(int status) {
    Response ok = options.json().response();
    return status == ok.status() ? ok : new Response(status, ok.contentType(), ok.headers());
  }
}
