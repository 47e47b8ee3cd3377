package dev.sluice.api.oip.rest;

import dev.sluice.api.rest.RestHead;
import dev.sluice.http.Response;
import java.time.Duration;

/**
 * Settings of the protocol's REST API.
 *
 * @param timeout how long a request may take; zero or negative for ever
 * @param cors whether every answer allows any origin
 */
public record OipRestOptions(Duration timeout, boolean cors) {
  private static final String CORS =
      "Access-Control-Allow-Origin: *\r\n"
          + "Access-Control-Allow-Methods: POST, GET\r\n"
          + "Access-Control-Allow-Headers: Content-Type, Inference-Header-Content-Length\r\n"
          + "Access-Control-Expose-Headers: Inference-Header-Content-Length\r\n";
  private static final String RAW = "application/octet-stream";

  private static final RestHead JSON = RestHead.of(Response.json(200));
  private static final RestHead JSON_FOR_ALL = RestHead.of(withCors(JSON.response()));
  private static final Response BINARY = new Response(200, RAW, "");
  private static final Response BINARY_FOR_ALL = withCors(BINARY);

  private static Response withCors(Response response) {
    return new Response(response.status(), response.contentType(), CORS);
  }

  /** Returns the head of an answer in JSON. */
  RestHead json() {
    return cors ? JSON_FOR_ALL : JSON;
  }

  /** Returns what the heads of answers with raw bytes have in common. */
  Response binary() {
    return cors ? BINARY_FOR_ALL : BINARY;
  }

  String extraHeaders() {
    return cors ? CORS : "";
  }
}
