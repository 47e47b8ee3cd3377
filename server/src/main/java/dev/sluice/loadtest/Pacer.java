package dev.sluice.loadtest;

import java.util.function.LongConsumer;

/**
 * Decides when the calls of one event loop are to begin. Times are nanoseconds of the loop's clock;
 * a call that begins late is still given the time at which it was due.
 */
sealed interface Pacer permits ClosedPacer, OpenPacer {
  /** No call is due at any time that is known now. */
  long NEVER = Long.MAX_VALUE;

  /**
   * Begins the calls that are due.
   *
   * @param begin takes the intended time of each
   * @return when to ask again, or {@link #NEVER}
   */
  long due(long now, LongConsumer begin);

  /** Takes the end of a call; may begin another. */
  void ended(long now, LongConsumer begin);

  /** Returns true if no call will begin any more. */
  boolean isOver(long now);
}
