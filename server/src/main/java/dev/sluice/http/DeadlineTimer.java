package dev.sluice.http;

import java.util.concurrent.TimeUnit;

/**
 * Tells the watcher of a connection's exchange when its time is up: one timer per connection, armed
 * again as long as there is something to watch. Confined to the connection's event loop.
 */
final class DeadlineTimer implements Runnable {
  private final HttpConnection connection;
  private boolean armed;

  DeadlineTimer(HttpConnection connection) {
    this.connection = connection;
  }

  void arm(long deadlineNanoTime) {
    if (armed || deadlineNanoTime == Long.MAX_VALUE) {
      return;
    }
    armed = true;
    long wait = Math.max(0, deadlineNanoTime - System.nanoTime());
    var _ = connection.loop().schedule(this, wait, TimeUnit.NANOSECONDS);
  }

  @Override
  public void run() {
    armed = false;
    Exchange exchange = connection.current();
    if (exchange == null) {
      return;
    }
    Watcher watcher = exchange.watcher();
    if (watcher == null) {
      return;
    }
    if (exchange.deadlineNanos() - System.nanoTime() <= 0) {
      watcher.onTimeout();
    } else {
      arm(exchange.deadlineNanos());
    }
  }
}
