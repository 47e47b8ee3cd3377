package dev.sluice.http;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to handlers by path, and answers itself what no API should see (rest.md §1.1).
 *
 * <p>A prefix matches without regard to case, as in the reference; an exact path is compared
 * without its query.
 */
public final class Router implements HttpHandler {
  private static final Set<String> METHODS =
      Set.of("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH");

  /** A handler for everything below a path. */
  public record Prefix(String path, HttpHandler handler) {}

  private final Map<String, HttpHandler> exact;
  private final List<Prefix> prefixes;

  /** Creates a router; exact paths win over prefixes, earlier prefixes over later ones. */
  public Router(Map<String, HttpHandler> exact, List<Prefix> prefixes) {
    this.exact = Map.copyOf(exact);
    this.prefixes = List.copyOf(prefixes);
  }

  @Override
  public void handle(Exchange exchange) {
    String target = exchange.target();
    if (!METHODS.contains(exchange.method())) {
      refuse(exchange, 501);
      return;
    }
    if (Targets.hasMalformedEscape(target)) {
      refuse(exchange, 400);
      return;
    }
    HttpHandler handler = handlerFor(target);
    if (handler == null) {
      refuse(exchange, 404);
    } else {
      handler.handle(exchange);
    }
  }

  private @Nullable HttpHandler handlerFor(String target) {
    int query = target.indexOf('?');
    HttpHandler handler = exact.get(query < 0 ? target : target.substring(0, query));
    if (handler != null) {
      return handler;
    }
    for (Prefix prefix : prefixes) {
      if (target.regionMatches(true, 0, prefix.path, 0, prefix.path.length())) {
        return prefix.handler;
      }
    }
    return null;
  }

  private static void refuse(Exchange exchange, int status) {
    byte[] page = HttpErrors.page(status);
    exchange.respond(Response.html(status), page, page.length);
  }
}
