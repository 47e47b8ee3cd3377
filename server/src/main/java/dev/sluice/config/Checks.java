package dev.sluice.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Checks of flag values; the messages name flag, value and what was expected. */
final class Checks {
  private Checks() {}

  static int atLeast(String flag, int value, int least) throws ConfigException {
    if (value < least) {
      throw ConfigException.invalid("--%s=%d: expected at least %d".formatted(flag, value, least));
    }
    return value;
  }

  static int inRange(String flag, long value, int least, int most) throws ConfigException {
    if (value < least || value > most) {
      throw ConfigException.invalid(
          "--%s=%d: expected a number from %d to %d".formatted(flag, value, least, most));
    }
    return (int) value;
  }

  /** Returns a path, or empty for the empty string. */
  static Optional<Path> path(String flag, String value) throws ConfigException {
    try {
      return value.isEmpty() ? Optional.empty() : Optional.of(Path.of(value));
    } catch (InvalidPathException e) {
      throw ConfigException.invalid(
          "--%s=%s: expected a file name: %s".formatted(flag, value, e.getReason()));
    }
  }
}
