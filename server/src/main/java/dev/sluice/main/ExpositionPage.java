package dev.sluice.main;

import dev.sluice.http.Exchange;
import dev.sluice.http.HttpHandler;
import dev.sluice.http.Response;
import dev.sluice.metrics.Exposition;
import dev.sluice.metrics.PageFormat;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Serves all metrics in the form that a scraper asks for, by any method.
 *
 * <p>A page is made on a thread of its own: that of very many models would hold up an event loop,
 * and no worker is free when many large requests come. One is made at a time, however many ask.
 */
final class ExpositionPage implements HttpHandler {
  private final Exposition exposition;
  private final ReentrantLock turn = new ReentrantLock();

  ExpositionPage(Exposition exposition) {
    this.exposition = exposition;
  }

  @Override
  public void handle(Exchange exchange) {
    PageFormat format = PageFormat.of(exchange.header("Accept"));
    Thread.ofVirtual().name("metrics").start(() -> answer(exchange, format));
  }

  private void answer(Exchange exchange, PageFormat format) {
    boolean answered = false;
    try {
      byte[] body = page(format);
      exchange.respond(new Response(200, format.contentType(), ""), body, body.length);
      answered = true;
    } finally {
      if (!answered) {
        exchange.abort(); // nobody else would end it
      }
    }
  }

  private byte[] page(PageFormat format) {
    turn.lock();
    try {
      return exposition.page(format).getBytes(StandardCharsets.UTF_8);
    } finally {
      turn.unlock();
    }
  }
}
