package dev.sluice.main;

import dev.sluice.http.Exchange;
import dev.sluice.http.HttpHandler;
import dev.sluice.http.Response;
import java.nio.charset.StandardCharsets;

/**
 * Whether this server wants traffic: the one fact behind {@code /readyz} and {@code
 * /v2/health/ready}.
 */
final class Readiness {
  private static final byte[] YES = "ok\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NO = "not ready\n".getBytes(StandardCharsets.US_ASCII);

  private volatile boolean ready;

  void set(boolean nowReady) {
    ready = nowReady;
  }

  boolean isReady() {
    return ready;
  }

  /** Answers 200 while ready, otherwise 503. */
  HttpHandler readyHandler() {
    return exchange -> answer(exchange, ready);
  }

  /** Answers 200 as long as the process answers at all. */
  HttpHandler liveHandler() {
    return exchange -> answer(exchange, true);
  }

  private static void answer(Exchange exchange, boolean yes) {
    byte[] body = yes ? YES : NO;
    exchange.respond(Response.text(yes ? 200 : 503), body, body.length);
  }
}
