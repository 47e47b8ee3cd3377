package dev.sluice.api.tfs;

import dev.sluice.api.rest.RestHead;
import dev.sluice.http.Response;
import java.time.Duration;

/**
 * Settings of the REST API.
 *
 * @param timeout how long a request may take; zero or negative for ever
 * @param cors whether every answer allows any origin
 * @param checkMethodName refuse signatures whose method is not that of the request
 *     (--enable_signature_method_name_check)
 */
public record RestOptions(Duration timeout, boolean cors, boolean checkMethodName) {
  private static final String CORS =
      "Access-Control-Allow-Origin: *\r\n"
          + "Access-Control-Allow-Methods: POST, GET\r\n"
          + "Access-Control-Allow-Headers: Content-Type\r\n";

  private static final RestHead PLAIN = RestHead.of(Response.json(200));
  private static final RestHead ANY_ORIGIN =
      RestHead.of(new Response(200, PLAIN.response().contentType(), CORS));

  /** Returns the head of an answer that is no error; the same one every time. */
  RestHead success() {
    return cors ? ANY_ORIGIN : PLAIN;
  }

  String extraHeaders() {
    return cors ? CORS : "";
  }
}
