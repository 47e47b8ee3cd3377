package dev.sluice.loadtest.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What one run measured.
 *
 * @param elapsed from the end of the warm-up to the last answer, or to the planned end if that is
 *     later
 * @param right answers that were no errors and, as far as they were checked, right
 * @param failures everything else, by code
 * @param server empty if the server's process is not known
 * @param interrupted if the user ended it early
 */
public record Run(
    Load load,
    int connections,
    int threads,
    Duration elapsed,
    long right,
    List<ErrorCount> failures,
    Latencies latencies,
    Optional<ServerUse> server,
    ToolUse tool,
    boolean interrupted) {
  private static final double KEPT_UP = 0.95;
  private static final double NANOS = 1e9;
  private static final long NOTICEABLE_NANOS = 1_000_000;

  /** Copies the failures. */
  public Run {
    failures = List.copyOf(failures);
  }

  /**
   * What the server's processes used.
   *
   * @param cores on average
   */
  public record ServerUse(double cpuMicrosPerRequest, double cores, long residentBytes) {}

  /**
   * What the tool itself used.
   *
   * @param cores on average
   * @param usable how many cores its threads could use
   * @param delay99Nanos how late it was with 99 of 100 requests, which counts in their latency
   */
  public record ToolUse(double cores, int usable, long delay99Nanos) {
    private static final double FULL = 0.95;

    /** Returns the share of the usable cores. */
    public double share() {
      return cores / usable;
    }

    /** Returns true if more could not be sent: the server may be faster than measured. */
    public boolean isLimit() {
      return share() > FULL;
    }
  }

  /** Returns right answers per second. */
  public double rate() {
    return right * NANOS / Math.max(1, elapsed.toNanos());
  }

  /** Returns how many answers were wrong. */
  public long wrong() {
    return failures.stream().filter(ErrorCount::isWrong).mapToLong(ErrorCount::count).sum();
  }

  /** Returns how many calls failed. */
  public long errors() {
    return failures.stream().filter(f -> !f.isWrong()).mapToLong(ErrorCount::count).sum();
  }

  /** Returns what a reader must know before using the figures, a line each. */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (tool.isLimit()) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "the tool itself was the limit: it used %.2f of %d core(s); try --threads",
              tool.cores,
              tool.usable));
    }
    if (toolWasLate()) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "the tool sent late: 1 %% of the requests by %.1f ms or more, which counts in their"
                  + " latency",
              tool.delay99Nanos / 1e6));
    }
    if (load instanceof Load.Open(double wanted) && !interrupted && answered() < KEPT_UP * wanted) {
      warnings.add(
          toolWasLate()
              ? "the wanted rate was not reached, which may be the tool's fault"
              : "the server did not keep up: latencies grow with the length of the run");
    }
    return warnings;
  }

  private boolean toolWasLate() {
    long late = tool.delay99Nanos;
    return load instanceof Load.Open && late > NOTICEABLE_NANOS && late > latencies.p99() / 10;
  }

  private double answered() {
    return (right + errors() + wrong()) * NANOS / Math.max(1, elapsed.toNanos());
  }
}
