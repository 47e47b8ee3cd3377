package dev.sluice.loadtest;

import java.util.Optional;

/** The values of an answer. */
sealed interface ParsedAnswer permits RestAnswer, GrpcAnswer {
  /** How far numbers may be apart, absolutely and in relation to the reference. */
  double TOLERANCE = 1e-4;

  /** Returns where an answer differs from the first one; empty if it does not. */
  Optional<String> difference(ParsedAnswer reference);

  static boolean isNear(double value, double reference) {
    return Math.abs(value - reference) <= TOLERANCE + TOLERANCE * Math.abs(reference)
        || Double.compare(value, reference) == 0; // infinities and NaN
  }
}
