package dev.sluice.auth;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What somebody may do. */
public enum Scope {
  /** Read the metrics. */
  METRICS,
  /** Run models, and read what they are and how they are. */
  INFER,
  /** Load, unload and replace models, register shared memory, stop; and all of the others. */
  ADMIN;

  /** Returns the name in files, tokens and messages. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns true if who has this scope needs no other one for that. */
  boolean includes(Scope other) {
    return this == ADMIN || this == other;
  }

  /** Returns the scope of a name; empty if there is none. */
  public static Optional<Scope> named(String label) {
    return Arrays.stream(values()).filter(scope -> scope.label().equals(label)).findFirst();
  }

  /** Returns all names. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(Scope::label).toList();
  }
}
