package dev.sluice.auth.verify;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands until it is moved. */
final class MovingClock implements InstantSource {
  private Instant now = Instant.parse("2030-01-01T00:00:00Z");

  @Override
  public Instant instant() {
    return now;
  }

  void move(Duration step) {
    now = now.plus(step);
  }
}
