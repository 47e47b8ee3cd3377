package dev.sluice.loadtest;

import dev.sluice.loadtest.report.ErrorCount;
import dev.sluice.loadtest.report.Latencies;
import dev.sluice.loadtest.wire.Outcome;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * Counts and latencies of one event loop, or of several after their end. Only calls that were
 * intended at or after the start of the measurement count. Confined to one thread at a time.
 */
final class Recorder {
  private static final long LOWEST_NANOS = 1_000;
  private static final long HIGHEST_NANOS = 3_600_000_000_000L;
  private static final int DIGITS = 3;

  private final long start;
  private final Histogram latencies = histogram();

  /** From the time at which a call was due to the time at which the tool got to it. */
  private final Histogram delays = histogram();

  private final Map<String, Failures> failures = new TreeMap<>();
  private long longest;
  private long right;
  private long lastEnd;

  /** Records what is intended from {@code start} on. */
  Recorder(long start) {
    this.start = start;
    this.lastEnd = start;
  }

  private static Histogram histogram() {
    return new Histogram(LOWEST_NANOS, HIGHEST_NANOS, DIGITS);
  }

  private static final class Failures {
    private final String detail;
    private long count;

    Failures(String detail) {
      this.detail = detail;
    }
  }

  private boolean isMeasured(long intended) {
    return intended - start >= 0;
  }

  void began(long intended, long now) {
    if (isMeasured(intended)) {
      delays.recordValue(clamp(now - intended));
    }
  }

  /** Takes an answer that was as it should be. */
  void right(long intended, long now) {
    if (isMeasured(intended)) {
      right++;
      latency(intended, now);
    }
  }

  /**
   * Takes an answer that was OK for the protocol and wrong for us; it took its time all the same.
   */
  void wrong(long intended, long now, String problem) {
    if (isMeasured(intended)) {
      count(ErrorCount.WRONG, problem, 1);
      latency(intended, now);
    }
  }

  /** Takes the end of a call without an answer that is one. */
  void failed(long intended, long now, Outcome outcome) {
    if (!isMeasured(intended)) {
      return;
    }
    count(outcome.code(), outcome.detail(), 1);
    if (outcome.isUnfinished()) {
      // It takes longer than this, and leaving it out would flatter a server that is too slow.
      latency(intended, now);
    } else {
      ended(now);
    }
  }

  private void count(String code, String detail, long count) {
    failures.computeIfAbsent(code, name -> new Failures(detail)).count += count;
  }

  private void latency(long intended, long now) {
    ended(now);
    long nanos = now - intended;
    longest = Math.max(longest, nanos);
    latencies.recordValue(clamp(nanos));
  }

  private void ended(long now) {
    if (now - lastEnd > 0) {
      lastEnd = now;
    }
  }

  private static long clamp(long nanos) {
    return Math.clamp(nanos, 0, HIGHEST_NANOS);
  }

  /** Adds what another one has, which must not change any more. */
  void add(Recorder other) {
    latencies.add(other.latencies);
    delays.add(other.delays);
    other.failures.forEach((code, failed) -> count(code, failed.detail, failed.count));
    longest = Math.max(longest, other.longest);
    right += other.right;
    ended(other.lastEnd);
  }

  /** Returns the number of answers that were right. */
  long right() {
    return right;
  }

  /** Returns the number of calls that ended otherwise than right. */
  long failed() {
    return failures.values().stream().mapToLong(failed -> failed.count).sum();
  }

  /** Returns all that ended otherwise than right, by code; wrong answers too. */
  List<ErrorCount> failures() {
    return failures.entrySet().stream()
        .map(e -> new ErrorCount(e.getKey(), e.getValue().count, e.getValue().detail))
        .toList();
  }

  /** Returns when the last measured call ended. */
  long lastEnd() {
    return lastEnd;
  }

  /** Returns the percentiles in nanoseconds. */
  Latencies latencies() {
    return new Latencies(
        latencies.getTotalCount(),
        latencies.getTotalCount() == 0 ? 0 : latencies.getMean(),
        percentile(50),
        percentile(90),
        percentile(99),
        percentile(99.9),
        longest);
  }

  private long percentile(double percent) {
    // The histogram answers with the upper end of a value's step.
    return Math.min(longest, latencies.getValueAtPercentile(percent));
  }

  /** Returns how late the tool itself was in 99 of 100 calls, in nanoseconds. */
  long delay99() {
    return delays.getTotalCount() == 0 ? 0 : delays.getValueAtPercentile(99);
  }
}
