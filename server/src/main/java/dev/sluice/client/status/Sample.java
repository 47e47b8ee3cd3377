package dev.sluice.client.status;

import java.time.Duration;
import java.util.NavigableMap;
import java.util.OptionalDouble;

/**
 * What a server was like at one moment, beside what it had measured a while before.
 *
 * @param now what is measured by now
 * @param before what had been measured then
 * @param elapsed between the two; zero if there is nothing to compare with
 * @param uptime since its process was started, in seconds; empty if it does not tell
 */
record Sample(
    ServerState state, Measures now, Measures before, Duration elapsed, OptionalDouble uptime) {
  private static final double MICROS_PER_MILLI = 1000;

  /** Returns how many requests of a version were answered in a second. */
  OptionalDouble rate(VersionState version) {
    OptionalDouble later = now.requests(version.model(), version.version());
    OptionalDouble earlier = before.requests(version.model(), version.version());
    double seconds = elapsed.toNanos() / 1e9;
    if (later.isEmpty() || earlier.isEmpty() || seconds <= 0) {
      return OptionalDouble.empty();
    }
    double count = later.getAsDouble() - earlier.getAsDouble();
    return count < 0 ? OptionalDouble.empty() : OptionalDouble.of(count / seconds);
  }

  /**
   * What a part of a model's requests took at most.
   *
   * @param millis empty if there were none
   * @param sinceStart true if there were none lately
   */
  record Latency(OptionalDouble millis, boolean sinceStart) {}

  /** Returns how long a part of a model's requests took at most. */
  Latency latency(String model, double part) {
    NavigableMap<Double, Double> lately = now.latenciesSince(before, model);
    OptionalDouble recent =
        elapsed.isZero() ? OptionalDouble.empty() : Measures.quantile(lately, part);
    if (recent.isPresent()) {
      return new Latency(OptionalDouble.of(recent.getAsDouble() / MICROS_PER_MILLI), false);
    }
    OptionalDouble all = Measures.quantile(now.latenciesSince(Measures.NONE, model), part);
    return new Latency(
        all.isEmpty()
            ? OptionalDouble.empty()
            : OptionalDouble.of(all.getAsDouble() / MICROS_PER_MILLI),
        true);
  }
}
