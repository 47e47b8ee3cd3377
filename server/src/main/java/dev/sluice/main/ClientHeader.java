package dev.sluice.main;

import dev.sluice.api.grpc.GuardedCall;
import dev.sluice.http.Exchange;
import dev.sluice.http.HttpHandler;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Takes the name of a request's client from a header, unless it is known already by something that
 * cannot be made up. Thread-safe.
 */
final class ClientHeader implements ServerInterceptor {
  /** Names are kept, and shown in answers. */
  static final int LONGEST_NAME = 128;

  private final AsciiString name;
  private final Metadata.Key<String> key;

  /**
   * Creates the rule.
   *
   * @param name of the HTTP header, and in lower case of gRPC's metadata
   */
  ClientHeader(String name) {
    this.name = AsciiString.cached(name);
    this.key = Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /** Returns a handler that does this before another one. */
  HttpHandler before(HttpHandler handler) {
    return exchange -> {
      if (exchange.clientName().isEmpty()) {
        name(exchange);
      }
      handler.handle(exchange);
    };
  }

  private void name(Exchange exchange) {
    String value = exchange.header(name);
    if (value != null) {
      exchange.setClientName(bounded(value));
    }
  }

  private static String bounded(String value) {
    return value.length() <= LONGEST_NAME ? value : value.substring(0, LONGEST_NAME);
  }

  @Override
  public <Q, P> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
    @Nullable String value = GuardedCall.client(call).isEmpty() ? headers.get(key) : null;
    return next.startCall(
        value == null || value.isEmpty() ? call : GuardedCall.named(call, bounded(value)), headers);
  }
}
