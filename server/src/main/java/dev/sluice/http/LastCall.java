package dev.sluice.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection that the client may keep, when the listener drains: after a while without a
 * request, for one may be on its way already, and a client whose last answer promised to keep the
 * connection has done nothing wrong. Whoever asks meanwhile is answered, and told in the answer.
 *
 * <p>Confined to the connection's event loop.
 */
final class LastCall implements Runnable {
  /** Clients that ask without pause have had an answer by then; the others rest. */
  static final Duration PERIOD = Duration.ofMillis(500);

  private final HttpConnection connection;
  private boolean made;

  LastCall(HttpConnection connection) {
    this.connection = connection;
  }

  /** Begins the while, unless it has begun. */
  void make() {
    if (!made) {
      made = true;
      connection.loop().schedule(this, PERIOD.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void run() {
    made = false;
    connection.endIfIdle();
  }
}
