package dev.sluice.api;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A large request on its way to a worker: served there, or dropped at once when its client leaves
 * before a worker has come to it. Exactly one of the two happens, so that no memory waits for
 * nobody, and none is given back while it is read.
 */
public final class Handover implements Runnable {
  private record Ends(Runnable serve, Runnable drop) {}

  /** Emptied by whoever comes first: the worker's queue must not keep what was dropped. */
  private final AtomicReference<@Nullable Ends> ends;

  /** Creates a hand-over of work that is either served or dropped. */
  public Handover(Runnable serve, Runnable drop) {
    this.ends = new AtomicReference<>(new Ends(serve, drop));
  }

  /** Serves the request, unless it was dropped; called by the worker. */
  @Override
  public void run() {
    Ends own = ends.getAndSet(null);
    if (own != null) {
      own.serve().run();
    }
  }

  /** Drops the request, unless a worker has begun with it; called by any thread. */
  public void drop() {
    Ends own = ends.getAndSet(null);
    if (own != null) {
      own.drop().run();
    }
  }
}
