package dev.sluice.api.oip.rest;

import dev.sluice.api.json.JsonEscapes;
import dev.sluice.api.json.JsonSink;
import dev.sluice.api.json.Utf8Text;
import dev.sluice.api.rest.RestFailures;
import dev.sluice.api.rest.RestStatus;
import dev.sluice.http.Exchange;
import dev.sluice.http.Response;
import dev.sluice.servable.ServingException;

/** Answers that are errors: an object with the one member {@code error}. */
record OipErrors(OipRestOptions options) implements RestFailures {
  private static final int UNAVAILABLE = 503;
  private static final String RETRY_AFTER = "Retry-After: 1\r\n";

  @Override
  public void answer(Exchange exchange, ServingException failure) {
    int status = RestStatus.of(failure.code());
    // Whoever is refused because others wait already should not come back at once.
    answer(exchange, status, status == UNAVAILABLE ? RETRY_AFTER : "", failure.text());
  }

  /**
   * Answers with a status of HTTP.
   *
   * @param headers further header lines, each ended by CR LF
   */
  void answer(Exchange exchange, int status, String headers, String message) {
    byte[] text = Utf8Text.encode(message);
    JsonSink sink = new JsonSink(text.length + 32);
    sink.ascii("{\"error\":");
    JsonEscapes.writeQuoted(sink, text);
    sink.put('}');
    String type = options.json().response().contentType();
    exchange.respond(
        new Response(status, type, options.extraHeaders() + headers), sink.array(), sink.length());
  }
}
