package dev.sluice.http;

import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;

/** What becomes of a connection after an answer. */
enum Persistence {
  /** It is closed, and the answer says so. */
  CLOSE,
  /** It is kept, as clients of HTTP/1.1 expect. */
  KEEP,
  /** It is kept, and the answer says so: a client of HTTP/1.0 would wait for the close. */
  KEEP_AND_SAY;

  /** Returns what a request asks for. */
  static Persistence of(HttpRequest request) {
    if (!HttpUtil.isKeepAlive(request)) {
      return CLOSE;
    }
    return request.protocolVersion().isKeepAliveDefault() ? KEEP : KEEP_AND_SAY;
  }
}
