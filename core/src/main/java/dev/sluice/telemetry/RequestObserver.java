package dev.sluice.telemetry;

import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.metrics.RequestMeter;
import dev.sluice.metrics.ServingMetrics;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Sees the inference requests of one API at one entry point: counts them, and tells the listener.
 * Thread-safe.
 *
 * <p>A request begins; it is counted, as one that has succeeded, failed, or was refused, before its
 * answer goes out, so that a client that has its answer finds itself counted; and it ends once that
 * was handed over.
 */
public final class RequestObserver {
  private static final System.Logger LOG = System.getLogger(RequestObserver.class.getName());

  private final Api api;
  private final Entrypoint entrypoint;
  private final RequestMeter meter;
  private final RequestListener listener;

  RequestObserver(
      Api api, Entrypoint entrypoint, ServingMetrics metrics, RequestListener listener) {
    this.api = api;
    this.entrypoint = entrypoint;
    this.meter = metrics.requests(api, entrypoint);
    this.listener = listener;
  }

  /** Returns what the requests ask for. */
  public Api api() {
    return api;
  }

  /** Returns the protocol that they come by. */
  public Entrypoint entrypoint() {
    return entrypoint;
  }

  /** Returns true if anybody wants to be told of requests, beyond their being counted. */
  public boolean listens() {
    return listener != RequestListener.NONE;
  }

  /** See {@link RequestListener#begins}. */
  public @Nullable TraceContext begins(@Nullable String traceparent, @Nullable String tracestate) {
    return listener.begins(traceparent, tracestate);
  }

  /** Counts a request that was answered after a run, and took so long. */
  public void succeeded(RequestRecord record, long nanos) {
    if (isCounted()) {
      meter.succeeded(record.model(), nanos, record.runEndNanos() - record.runStartNanos());
    }
  }

  /**
   * Counts a request that failed.
   *
   * @param asReference false if the reference would not have come to count it
   */
  public void failed(RequestRecord record, boolean asReference) {
    if (asReference && isCounted()) {
      meter.failed(record.model(), record.code().name());
    }
  }

  /** The reference counts no MultiInference requests, only the examples that they bring. */
  private boolean isCounted() {
    return api != Api.MULTI;
  }

  /** The answer was handed over, or there is none. */
  public void ended(RequestRecord record) {
    try {
      listener.ended(record);
    } catch (RuntimeException | Error bug) {
      // The thread that answers has more requests to answer.
      LOG.log(Level.ERROR, "A listener failed at the end of a request", bug);
    }
  }
}
