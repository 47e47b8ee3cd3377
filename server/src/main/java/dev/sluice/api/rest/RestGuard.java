package dev.sluice.api.rest;

import dev.sluice.api.json.JsonEscapes;
import dev.sluice.api.json.JsonSink;
import dev.sluice.api.json.Utf8Text;
import dev.sluice.auth.Gate;
import dev.sluice.auth.Operation;
import dev.sluice.auth.Reach;
import dev.sluice.http.Exchange;
import dev.sluice.http.HttpHandler;
import dev.sluice.http.Response;
import dev.sluice.http.Targets;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.util.AsciiString;

/** Lets through to a handler what may be asked by who asks. */
public final class RestGuard implements HttpHandler {
  private static final AsciiString API_KEY = AsciiString.cached("x-api-key");
  private static final String CHALLENGE = "WWW-Authenticate: Bearer realm=\"sluice\"\r\n";

  private final Gate gate;
  private final Operations operations;
  private final HttpHandler next;
  private final RouteCache<Operation> posts;

  /** Finds what requests ask for. */
  @FunctionalInterface
  public interface Operations {
    /** Returns the operation of a request, whose target has no malformed escape; never fails. */
    Operation of(String method, String target);
  }

  /** Creates a guard. */
  public RestGuard(Gate gate, Operations operations, HttpHandler next) {
    this.gate = gate;
    this.operations = operations;
    this.next = next;
    this.posts =
        new RouteCache<>(
            target -> operations.of("POST", target),
            operation -> operation.need().reach() == Reach.NAMED && !operation.model().isEmpty());
  }

  @Override
  public void handle(Exchange exchange) {
    String method = exchange.method();
    if (Targets.hasMalformedEscape(exchange.target())) {
      next.handle(exchange); // which refuses it, whatever it asks for
      return;
    }
    Operation operation =
        method.equals("POST")
            ? posts.of(exchange.target())
            : operations.of(method, exchange.target());
    try {
      exchange.setClientName(
          gate.require(
              operation,
              exchange.header(HttpHeaderNames.AUTHORIZATION),
              exchange.header(API_KEY),
              exchange.clientCertificate()));
    } catch (ServingException e) {
      refuse(exchange, e);
      return;
    }
    next.handle(exchange);
  }

  private static void refuse(Exchange exchange, ServingException failure) {
    byte[] text = Utf8Text.encode(failure.text());
    JsonSink sink = new JsonSink(text.length + 16);
    sink.ascii("{\"error\":");
    JsonEscapes.writeQuoted(sink, text);
    sink.put('}');
    String headers = failure.code() == Code.UNAUTHENTICATED ? CHALLENGE : "";
    Response json = Response.json(RestStatus.of(failure.code()));
    exchange.respond(
        new Response(json.status(), json.contentType(), headers), sink.array(), sink.length());
  }
}
