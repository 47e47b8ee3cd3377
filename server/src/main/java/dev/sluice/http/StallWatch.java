package dev.sluice.http;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Gives up who has begun something and then makes no headway.
 *
 * <p>One timer, started only when something is found begun and not finished, and again as long as
 * something is: whoever finishes at once costs none. What stalls is given up after one patience; if
 * headway was made before it stalled, or it was we who held it up, within two, and never before it
 * has stalled for one. Confined to an event loop.
 */
public final class StallWatch {
  /** Who is watched. */
  public interface Watched {
    /** Returns true if something has begun and is not finished. */
    boolean isUnderWay();

    /** Returns how far it has come: a number that only grows. */
    long headway();

    /** Returns true if it is we who hold it up. */
    boolean waitsForUs();

    /** Ends it. */
    void giveUp();
  }

  private final Watched watched;
  private final long least;
  private Duration patience;
  private long mark;

  /** True if it was not we who held it up when the mark was set. */
  private boolean waited;

  private @Nullable ScheduledFuture<?> timer;

  /**
   * Creates a watch that sees nothing yet.
   *
   * @param least the headway within a patience that is enough
   */
  public StallWatch(Watched watched, long least, Duration patience) {
    this.watched = watched;
    this.least = least;
    this.patience = patience;
  }

  /** Watches from now on, if it does not already. */
  public void start(EventExecutor loop) {
    if (timer == null) {
      arm(loop);
    }
  }

  private void arm(EventExecutor loop) {
    timer = loop.schedule(() -> check(loop), patience.toNanos(), TimeUnit.NANOSECONDS);
    mark = watched.headway();
    waited = !watched.waitsForUs();
  }

  private void check(EventExecutor loop) {
    if (!watched.isUnderWay()) {
      timer = null;
    } else if (!waited || watched.headway() - mark >= least || watched.waitsForUs()) {
      arm(loop);
    } else {
      timer = null;
      watched.giveUp();
    }
  }

  /** Watches from now on with less patience. */
  void hurry(EventExecutor loop, Duration shorter) {
    stop();
    patience = shorter;
    arm(loop);
  }

  /** Stops watching, for good if nothing is under way any more. */
  public void stop() {
    ScheduledFuture<?> running = timer;
    if (running != null) {
      timer = null;
      running.cancel(false);
    }
  }
}
