package dev.sluice.http;

import io.netty.handler.codec.http.HttpResponseStatus;

/** The words of status codes. */
final class StatusLine {
  private static final int CLIENT_CLOSED_REQUEST = 499;

  private StatusLine() {}

  /** Returns the reason phrase that goes with a status code. */
  static String reason(int status) {
    return status == CLIENT_CLOSED_REQUEST
        ? "Client Closed Request"
        : HttpResponseStatus.valueOf(status).reasonPhrase();
  }
}
