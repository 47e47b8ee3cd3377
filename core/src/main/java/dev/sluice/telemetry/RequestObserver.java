package dev.sluice.telemetry;

import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.metrics.Refusal;
import dev.sluice.metrics.RequestMeter;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.metrics.SluiceMetrics;
import dev.sluice.metrics.VersionMetrics;
import dev.sluice.servable.Code;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Sees the inference requests of one API at one entry point: counts them, and tells the listener.
 * Thread-safe.
 *
 * <p>A request begins; it is counted, as one that has succeeded or failed, before its answer goes
 * out, so that a client that has its answer finds itself counted; and it ends once that was handed
 * over. Counting takes no lock, and allocates nothing once the request's like has been seen.
 */
public final class RequestObserver {
  private static final System.Logger LOG = System.getLogger(RequestObserver.class.getName());

  private final Api api;
  private final Entrypoint entrypoint;
  private final RequestMeter meter;
  private final SluiceMetrics metrics;
  private final RequestListener listener;
  private final boolean listens;

  RequestObserver(
      Api api, Entrypoint entrypoint, ServingMetrics metrics, RequestListener listener) {
    this.api = api;
    this.entrypoint = entrypoint;
    this.meter = metrics.requests(api, entrypoint);
    this.metrics = metrics.own();
    this.listener = listener;
    this.listens = !listener.equals(RequestListener.NONE);
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
    return listens;
  }

  /** See {@link RequestListener#begins}. */
  public @Nullable TraceContext begins(@Nullable String traceparent, @Nullable String tracestate) {
    return listener.begins(traceparent, tracestate);
  }

  /**
   * Counts a request that was answered after a run.
   *
   * @param version where its version is counted; null if nothing is
   * @param rows how many rows it brought
   */
  public void succeeded(RequestRecord record, @Nullable VersionMetrics version, long rows) {
    long now = System.nanoTime();
    long runNanos = record.runEndNanos() - record.runStartNanos();
    if (isCounted()) {
      meter.succeeded(record.model(), latencyEnd(record, now) - record.startNanos(), runNanos);
    }
    if (version != null) {
      long waited = waited(record, now);
      version.statistics().succeeded(rows, waited, runNanos, System.currentTimeMillis());
      ended(record, version, now);
    }
  }

  /** The reference's latency has the encoding in it for REST only (metrics.md §3). */
  private long latencyEnd(RequestRecord record, long now) {
    long runEnd = record.runEndNanos();
    return entrypoint == Entrypoint.REST || runEnd == 0 ? now : runEnd;
  }

  /** Returns how long a request waited for its run; without one, until now. */
  private static long waited(RequestRecord record, long now) {
    long begin = record.runStartNanos() == 0 ? now : record.runStartNanos();
    return Math.max(0, begin - record.decodedNanos());
  }

  /**
   * Counts a request that failed.
   *
   * @param version where its version is counted; null if none was found, or nothing is
   * @param reason why it was turned away, if that is not plain from how far it came
   * @param asReference false if the reference would not have come to count it
   */
  public void failed(
      RequestRecord record,
      @Nullable VersionMetrics version,
      @Nullable Refusal reason,
      boolean asReference) {
    long now = System.nanoTime();
    if (asReference && isCounted()) {
      meter.failed(record.model(), record.code().name());
    }
    if (version != null && record.decodedNanos() != 0) {
      version.statistics().failed(now - record.decodedNanos());
    }
    ended(record, version == null ? metrics.unfound(record.model()) : version, now);
    Refusal refusal = reason == null ? refusal(record) : reason;
    if (refusal != null) {
      metrics.refused(record.model(), refusal);
    }
  }

  private void ended(RequestRecord record, VersionMetrics version, long now) {
    long decoded = record.decodedNanos();
    if (decoded != 0) {
      version.decoded(decoded - record.startNanos());
      if (record.runStartNanos() != 0) {
        version.waited(waited(record, now));
      }
    }
    TraceContext trace = record.trace();
    Code code = record.code();
    version.ended(
        record.signature(),
        meter,
        code.number(),
        code.name(),
        now - record.startNanos(),
        trace != null && trace.sampled() ? trace.traceId() : null);
  }

  /** Returns why a request was turned away, as far as it came; null if it was not. */
  private static @Nullable Refusal refusal(RequestRecord record) {
    if (record.runStartNanos() != 0) {
      return null;
    }
    return switch (record.code()) {
      case UNAVAILABLE -> Refusal.QUEUE;
      case DEADLINE_EXCEEDED -> Refusal.DEADLINE;
      case RESOURCE_EXHAUSTED -> exhausted(record);
      case OK,
          CANCELLED,
          UNKNOWN,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          FAILED_PRECONDITION,
          ABORTED,
          OUT_OF_RANGE,
          UNIMPLEMENTED,
          INTERNAL,
          DATA_LOSS,
          UNAUTHENTICATED ->
          null;
    };
  }

  private static Refusal exhausted(RequestRecord record) {
    if (record.decodedNanos() != 0) {
      return Refusal.DEADLINE; // as TensorFlow Serving's batching says it
    }
    return record.version() == RequestRecord.NO_VERSION && !record.model().isEmpty()
        ? Refusal.CONCURRENCY
        : Refusal.MEMORY;
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
