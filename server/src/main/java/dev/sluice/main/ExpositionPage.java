package dev.sluice.main;

import dev.sluice.http.Exchange;
import dev.sluice.http.HttpHandler;
import dev.sluice.metrics.Exposition;
import dev.sluice.metrics.PageFormat;

/** Serves all metrics in the form that a scraper asks for, by any method. */
final class ExpositionPage implements HttpHandler {
  private final Exposition exposition;
  private final PageThread thread;

  ExpositionPage(Exposition exposition, PageThread thread) {
    this.exposition = exposition;
    this.thread = thread;
  }

  @Override
  public void handle(Exchange exchange) {
    PageFormat format = PageFormat.of(exchange.header("Accept"));
    thread.answer(exchange, format.contentType(), () -> exposition.page(format));
  }
}
