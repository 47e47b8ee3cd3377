package dev.sluice.api.tfs;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A large request on its way to a worker: served there, or dropped at once when its client leaves
 * before a worker has come to it. Exactly one of the two happens, so that no memory waits for
 * nobody, and none is given back while it is read.
 */
final class Handover implements Runnable {
  private final Runnable serve;
  private final Runnable drop;
  private final AtomicBoolean taken = new AtomicBoolean();

  Handover(Runnable serve, Runnable drop) {
    this.serve = serve;
    this.drop = drop;
  }

  /** Serves the request, unless it was dropped; called by the worker. */
  @Override
  public void run() {
    if (taken.compareAndSet(false, true)) {
      serve.run();
    }
  }

  /** Drops the request, unless a worker has begun with it; called by any thread. */
  void drop() {
    if (taken.compareAndSet(false, true)) {
      drop.run();
    }
  }
}
