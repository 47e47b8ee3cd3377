package dev.sluice.tracing;

import dev.sluice.telemetry.TraceContext;
import io.opentelemetry.api.trace.SpanContext;

/**
 * What is known of a traced request from its beginning on.
 *
 * @param traceId of the caller's trace, or of one that begins here
 * @param caller the span that the request came from; invalid if there is none
 */
record RequestTrace(String traceId, SpanContext caller) implements TraceContext {
  @Override
  public boolean sampled() {
    return true;
  }
}
