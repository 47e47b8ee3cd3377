package dev.sluice.api.tfs;

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

  String extraHeaders() {
    return cors ? CORS : "";
  }
}
