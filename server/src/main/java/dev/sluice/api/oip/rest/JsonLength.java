package dev.sluice.api.oip.rest;

import dev.sluice.http.Exchange;
import dev.sluice.servable.ServingException;

/** The header that says how many bytes of a body are JSON, where raw bytes follow. */
final class JsonLength {
  static final String HEADER = "Inference-Header-Content-Length";

  private JsonLength() {}

  /** Returns what a request's header says; -1 if it has none. */
  static long of(Exchange exchange) throws ServingException {
    String value = exchange.header(HEADER);
    if (value == null) {
      return -1;
    }
    try {
      long length = Long.parseLong(value);
      if (length >= 0) {
        return length;
      }
    } catch (NumberFormatException e) {
      // Refused below, like a negative one.
    }
    throw ServingException.invalidArgument(
        "Header %s: expected a number of bytes, found \"%s\"".formatted(HEADER, value));
  }
}
