package dev.sluice.http;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells the watcher of a connection's exchange when its time is up: one timer per connection, armed
 * again as long as there is something to watch. Confined to the connection's event loop.
 */
final class DeadlineTimer implements Runnable {
  private final HttpConnection connection;
  private @Nullable ScheduledFuture<?> timer;
  private long armedFor;

  DeadlineTimer(HttpConnection connection) {
    this.connection = connection;
  }

  /** Makes the timer go off at a time at the latest; one that goes off sooner looks again. */
  void arm(long deadlineNanoTime) {
    if (deadlineNanoTime == Long.MAX_VALUE) {
      return;
    }
    ScheduledFuture<?> armed = timer;
    if (armed != null) {
      if (armedFor - deadlineNanoTime <= 0) {
        return;
      }
      armed.cancel(false);
    }
    long wait = Math.max(0, deadlineNanoTime - System.nanoTime());
    armedFor = deadlineNanoTime;
    timer = connection.loop().schedule(this, wait, TimeUnit.NANOSECONDS);
  }

  @Override
  public void run() {
    timer = null;
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
