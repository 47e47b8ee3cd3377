package dev.sluice.main;

import dev.sluice.http.Exchange;
import dev.sluice.http.HttpHandler;
import dev.sluice.http.Response;
import dev.sluice.metrics.Exposition;
import dev.sluice.metrics.PageFormat;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Serves all metrics in the form that a scraper asks for, by any method. The page is made on a
 * worker: that of a thousand models would hold an event loop for a tenth of a second.
 */
final class ExpositionPage implements HttpHandler {
  private static final byte[] STOPPING = "stopping\n".getBytes(StandardCharsets.US_ASCII);

  private final Exposition exposition;
  private final Executor workers;

  ExpositionPage(Exposition exposition, Executor workers) {
    this.exposition = exposition;
    this.workers = workers;
  }

  @Override
  public void handle(Exchange exchange) {
    PageFormat format = PageFormat.of(exchange.header("Accept"));
    try {
      workers.execute(() -> answer(exchange, format));
    } catch (RejectedExecutionException stopping) {
      exchange.respond(Response.text(503), STOPPING, STOPPING.length);
    }
  }

  private void answer(Exchange exchange, PageFormat format) {
    boolean answered = false;
    try {
      byte[] body = exposition.page(format).getBytes(StandardCharsets.UTF_8);
      exchange.respond(new Response(200, format.contentType(), ""), body, body.length);
      answered = true;
    } finally {
      if (!answered) {
        exchange.abort(); // nobody else would end it
      }
    }
  }
}
