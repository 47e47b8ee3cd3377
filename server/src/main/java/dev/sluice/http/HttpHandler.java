package dev.sluice.http;

/** Answers requests. */
@FunctionalInterface
public interface HttpHandler {
  /**
   * Answers a request, now or later, by exactly one {@link Exchange#respond}. Called on the
   * connection's event loop; must not block.
   */
  void handle(Exchange exchange);
}
