package dev.sluice.api.tfs;

import dev.sluice.api.rest.RestFailures;
import dev.sluice.api.rest.RestStatus;
import dev.sluice.api.tfs.json.ErrorBody;
import dev.sluice.http.Exchange;
import dev.sluice.http.Response;
import dev.sluice.servable.ServingException;

/** Answers with the error body of rest.md §2. */
record ErrorAnswers(RestOptions options) implements RestFailures {
  private static final int UNAVAILABLE = 503;
  private static final String RETRY_AFTER = "Retry-After: 1\r\n";

  @Override
  public void answer(Exchange exchange, ServingException failure) {
    respond(exchange, RestStatus.of(failure.code()), ErrorBody.of(failure.text()));
  }

  void respond(Exchange exchange, int status, byte[] body) {
    // Whoever is refused because others wait already should not come back at once.
    String headers =
        status == UNAVAILABLE ? options.extraHeaders() + RETRY_AFTER : options.extraHeaders();
    String type = options.success().response().contentType();
    exchange.respond(new Response(status, type, headers), body, body.length);
  }
}
