package dev.sluice.config;

import java.util.Optional;

/** A number from 0 to 1. */
final class Ratio {
  private Ratio() {}

  /** Reads one; empty if that is none. */
  static Optional<Double> parse(String text) {
    try {
      double value = Double.parseDouble(text);
      return value >= 0 && value <= 1 ? Optional.of(value) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
