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
  private final PageThread thread;

  MetricsPage(String path, MetricRegistry registry, PageThread thread) {
    this.thread = thread;
    this.path = path;
    this.registry = registry;
  }

  @Override
  public void handle(Exchange exchange) {
    if (exchange.target().equals(path)) {
      thread.answer(exchange, TYPE, registry::page);
      return;
    }
    String text = "Unexpected path: " + exchange.target() + ". Should be " + path;
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.respond(new Response(400, TYPE, ""), body, body.length);
  }
}
