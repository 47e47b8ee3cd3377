package dev.sluice.tracing;

import dev.sluice.config.TelemetrySettings.Sampling;

/**
 * Decides which requests are traced, as OpenTelemetry's samplers decide: by a ratio of the traces'
 * ids, so that all services that look at the same trace with the same ratio decide alike; and,
 * unless told otherwise, as the caller has decided, if there is one. Immutable.
 */
final class TraceSampler {
  private final boolean asCaller;

  /** Ids whose amount is below are sampled. */
  private final long bound;

  TraceSampler(Sampling sampling) {
    this.asCaller = sampling.asCaller();
    this.bound = bound(sampling.ratio());
  }

  private static long bound(double ratio) {
    if (ratio <= 0) {
      return Long
          .MIN_VALUE; // no amount is below, not even that of the least number, which is negative
    }
    return ratio >= 1 ? Long.MAX_VALUE : (long) (ratio * Long.MAX_VALUE);
  }

  /** Decides for a request without a caller's trace. */
  boolean samples(long traceIdLow) {
    return bound == Long.MAX_VALUE || Math.abs(traceIdLow) < bound;
  }

  /**
   * Decides for a request that belongs to a caller's trace.
   *
   * @param header a valid traceparent
   * @param flags its flags
   */
  boolean samples(String header, int flags) {
    return asCaller ? (flags & Traceparent.SAMPLED) != 0 : samples(Traceparent.traceIdLow(header));
  }
}
