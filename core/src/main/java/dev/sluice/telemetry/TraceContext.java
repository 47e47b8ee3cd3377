package dev.sluice.telemetry;

/** A trace that a request belongs to. */
public interface TraceContext {
  /** Returns true if the trace is recorded, so that it can be looked up by its id. */
  boolean sampled();

  /** Returns the trace's id: 32 hexadecimal digits, as exemplars and logs have it. */
  String traceId();
}
