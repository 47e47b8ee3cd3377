package dev.sluice.health;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Whether an event loop comes round: it is given a task, and another when that has been run.
 *
 * <p>Nothing on an event loop may block, so that one that does not come round for seconds hangs,
 * and with it the connections that are its own. Confined to the monitor's thread, but for the task.
 */
final class Pulse {
  /** Beyond any decoding, and any turn of a loop on a machine that has too much to do. */
  static final Duration BOUND = Duration.ofSeconds(4);

  /** Beyond any hope: half of the clients, or more, get no answer. */
  static final Duration DEAD = Duration.ofSeconds(30);

  private final Executor loop;
  private volatile boolean beaten = true;
  private long silentNanos;

  Pulse(Executor loop) {
    this.loop = loop;
  }

  /**
   * Looks.
   *
   * @param gapNanos the time since the last look
   * @return for how long there has been no answer
   */
  long look(long gapNanos) {
    if (!beaten) {
      silentNanos += gapNanos;
      return silentNanos;
    }
    silentNanos = 0;
    beaten = false;
    try {
      loop.execute(() -> beaten = true);
    } catch (RejectedExecutionException ended) {
      beaten = true; // a loop that has been shut down has nothing to do any more
    }
    return 0;
  }
}
