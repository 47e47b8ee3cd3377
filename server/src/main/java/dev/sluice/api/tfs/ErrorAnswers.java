package dev.sluice.api.tfs;

import dev.sluice.api.rest.RestFailures;
import dev.sluice.api.rest.RestStatus;
import dev.sluice.api.rest.RetryAfter;
import dev.sluice.api.tfs.json.ErrorBody;
import dev.sluice.http.Exchange;
import dev.sluice.http.Response;
import dev.sluice.servable.ServingException;

/** Answers with the error body of rest.md §2. */
record ErrorAnswers(RestOptions options) implements RestFailures {
  @Override
  public void answer(Exchange exchange, ServingException failure) {
    int status = RestStatus.of(failure.code());
    respond(exchange, status, RetryAfter.header(status, failure), ErrorBody.of(failure.text()));
  }

  /**
   * Answers with a status of HTTP.
   *
   * @param own header lines of this answer alone, each ended by CR LF
   */
  void respond(Exchange exchange, int status, String own, byte[] body) {
    String type = options.success().response().contentType();
    exchange.respond(new Response(status, type, options.extraHeaders()), own, body, body.length);
  }
}
