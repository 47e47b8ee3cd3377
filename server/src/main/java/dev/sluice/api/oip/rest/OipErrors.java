package dev.sluice.api.oip.rest;

import dev.sluice.api.json.JsonEscapes;
import dev.sluice.api.json.JsonSink;
import dev.sluice.api.json.Utf8Text;
import dev.sluice.api.rest.RestFailures;
import dev.sluice.api.rest.RestStatus;
import dev.sluice.api.rest.RetryAfter;
import dev.sluice.http.Exchange;
import dev.sluice.http.Response;
import dev.sluice.servable.ServingException;

/** Answers that are errors: an object with the one member {@code error}. */
record OipErrors(OipRestOptions options) implements RestFailures {
  @Override
  public void answer(Exchange exchange, ServingException failure) {
    int status = RestStatus.of(failure.code());
    answer(exchange, status, RetryAfter.header(status, failure), failure.text());
  }

  /**
   * Answers with a status of HTTP.
   *
   * @param own header lines of this answer alone, each ended by CR LF
   */
  void answer(Exchange exchange, int status, String own, String message) {
    byte[] text = Utf8Text.encode(message);
    JsonSink sink = new JsonSink(text.length + 32);
    sink.ascii("{\"error\":");
    JsonEscapes.writeQuoted(sink, text);
    sink.put('}');
    String type = options.json().response().contentType();
    exchange.respond(
        new Response(status, type, options.extraHeaders()), own, sink.array(), sink.length());
  }
}
