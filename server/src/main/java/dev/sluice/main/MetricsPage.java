package dev.sluice.main;

import dev.sluice.http.Exchange;
import dev.sluice.http.HttpHandler;
import dev.sluice.http.Response;
import dev.sluice.metrics.MetricRegistry;
import java.nio.charset.StandardCharsets;

/** Serves the metrics for scrapers (metrics.md §1), by any method. */
final class MetricsPage implements HttpHandler {
  private static final String TYPE = "text/plain";

  private final String path;
  private final MetricRegistry registry;

  MetricsPage(String path, MetricRegistry registry) {
    this.path = path;
    this.registry = registry;
  }

  @Override
  public void handle(Exchange exchange) {
    boolean exact = exchange.target().equals(path);
    String text =
        exact ? registry.page() : "Unexpected path: " + exchange.target() + ". Should be " + path;
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.respond(new Response(exact ? 200 : 400, TYPE, ""), body, body.length);
  }
}
