package dev.sluice.metrics;

import java.util.List;

/**
 * What is said of a family of today's conventions.
 *
 * @param name as it is printed, with the unit, and {@code _total} for what only grows
 * @param help one sentence for who reads the page
 * @param labels the names of its labels
 */
public record Description(String name, String help, List<String> labels) {
  public Description {
    labels = List.copyOf(labels);
  }

  /** Returns a description. */
  public static Description of(String name, String help, String... labels) {
    return new Description(name, help, List.of(labels));
  }
}
