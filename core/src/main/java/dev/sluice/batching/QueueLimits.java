package dev.sluice.batching;

import java.time.Duration;

/**
 * What may wait for a servable.
 *
 * @param capacity how many requests
 * @param longest how long a request may have to wait where more than 128 do; zero: as long as it
 *     takes
 * @param clients how clients share the servable
 */
public record QueueLimits(int capacity, Duration longest, ClientWeights clients) {
  public QueueLimits {
    if (capacity < 1 || longest.isNegative()) {
      throw new IllegalArgumentException(
          "expected at least one place and a time of 0 or more, found %d, %s"
              .formatted(capacity, longest));
    }
  }

  /** Returns limits of nothing but the number of requests. */
  public static QueueLimits of(int capacity) {
    return new QueueLimits(capacity, Duration.ZERO, ClientWeights.EQUAL);
  }
}
