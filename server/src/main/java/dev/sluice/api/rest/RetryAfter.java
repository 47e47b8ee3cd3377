package dev.sluice.api.rest;

import dev.sluice.servable.ServingException;
import java.time.Duration;

/** The header that says when a request that was refused may be sent again. */
public final class RetryAfter {
  private static final int UNAVAILABLE = 503;

  /** Nobody should be kept away for long by what is a guess. */
  private static final long MOST_SECONDS = 60;

  private RetryAfter() {}

  /**
   * Returns the header line for an answer with this status, ended by CR LF; empty if none belongs
   * there. Whoever is refused because others wait already should not come back at once.
   */
  public static String header(int status, ServingException failure) {
    return status == UNAVAILABLE ? "Retry-After: " + seconds(failure.retryAfter()) + "\r\n" : "";
  }

  /** Whole seconds are all that the header knows. */
  private static long seconds(Duration time) {
    long up = time.plusNanos(999_999_999).toSeconds();
    return Math.clamp(up, 1, MOST_SECONDS);
  }
}
