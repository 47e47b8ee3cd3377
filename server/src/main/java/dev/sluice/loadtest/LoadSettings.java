package dev.sluice.loadtest;

import dev.sluice.loadtest.report.Load;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A load test as the user wants it.
 *
 * @param signature empty for the request file's, or {@code serving_default}
 * @param loads one run each; all of the same kind
 * @param connections empty for a default that depends on the load
 * @param threads how many event loops at most
 */
record LoadSettings(
    Target target,
    Optional<String> signature,
    List<Load> loads,
    Duration duration,
    Duration warmup,
    OptionalInt connections,
    int threads,
    Optional<Duration> deadline,
    Input input,
    Optional<Check> check,
    Optional<String> json,
    Optional<Path> plot) {
  /** Stands for standard output. */
  static final String STANDARD_OUTPUT = "-";

  LoadSettings {
    loads = List.copyOf(loads);
  }

  /**
   * What is sent.
   *
   * @param file a request; if empty one is made
   * @param count how many different requests are made
   */
  record Input(Optional<Path> file, OptionalInt batch, int count, long seed) {}

  boolean printsJson() {
    return json.filter(STANDARD_OUTPUT::equals).isPresent();
  }
}
