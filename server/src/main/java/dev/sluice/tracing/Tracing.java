package dev.sluice.tracing;

import dev.sluice.config.ConfigException;
import dev.sluice.config.TelemetrySettings;
import dev.sluice.telemetry.RequestListener;
import dev.sluice.telemetry.RequestRecord;
import dev.sluice.telemetry.TraceContext;
import dev.sluice.telemetry.WallClock;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceId;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Traces requests and sends their spans to a collector. Thread-safe. */
public final class Tracing implements RequestListener, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Tracing.class.getName());

  private final TraceSampler sampler;
  private final TracingSdk sdk;
  private final RequestSpans spans;
  private final Duration closePatience;

  private Tracing(TelemetrySettings.Sampling sampling, TracingSdk sdk, Duration closePatience) {
    this.sampler = new TraceSampler(sampling);
    this.sdk = sdk;
    this.spans = new RequestSpans(sdk.tracer(), sdk.traceIds(), new WallClock());
    this.closePatience = closePatience;
  }

  /**
   * Starts tracing; the collector need not be there.
   *
   * @param version of this server
   * @param closePatience how long a stop waits for spans to be sent
   * @throws ConfigException if the environment's variables for OpenTelemetry cannot be used
   */
  public static Tracing start(
      TelemetrySettings.Tracing settings, String version, Duration closePatience)
      throws ConfigException {
    return new Tracing(settings.sampling(), TracingSdk.start(settings, version), closePatience);
  }

  /** Traces by an SDK that is there already. */
  static Tracing of(TelemetrySettings.Sampling sampling, TracingSdk sdk, Duration closePatience) {
    return new Tracing(sampling, sdk, closePatience);
  }

  @Override
  public @Nullable TraceContext begins(@Nullable String traceparent, @Nullable String tracestate) {
    if (traceparent != null) {
      int flags = Traceparent.flags(traceparent);
      if (flags != Traceparent.INVALID) {
        return sampler.samples(traceparent, flags)
            ? CallerTrace.of(traceparent, flags, tracestate)
            : null;
      }
    }
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long low = random.nextLong();
    return sampler.samples(low) ? root(random.nextLong(), low) : null;
  }

  /** Begins a trace. An id of zeros is invalid: 1 in 2^128. */
  private static RequestTrace root(long high, long low) {
    return new RequestTrace(TraceId.fromLongs(high, low), SpanContext.getInvalid());
  }

  @Override
  public void ended(RequestRecord request) {
    if (request.trace() instanceof RequestTrace trace
        && sdk.backlog().tryEnter(RequestSpans.count(request))) {
      spans.record(request, trace);
    }
  }

  /** Returns how many spans were dropped: too many waited for the collector. */
  public long droppedSpans() {
    return sdk.backlog().droppedSpans();
  }

  /** Returns how many spans the collector has not taken. */
  public long failedSpans() {
    return sdk.backlog().failedSpans();
  }

  /** Returns how many spans a collector has taken. */
  public long sentSpans() {
    return sdk.backlog().sentSpans();
  }

  /** Sends what is left, as far as that can be done within the patience. */
  @Override
  public void close() {
    boolean all =
        sdk.provider().shutdown().join(closePatience.toNanos(), TimeUnit.NANOSECONDS).isSuccess();
    if (!all || droppedSpans() + failedSpans() > 0) {
      LOG.log(
          Level.WARNING,
          "Traces: %d spans sent, %d dropped, %d could not be sent%s"
              .formatted(
                  sentSpans(),
                  droppedSpans(),
                  failedSpans(),
                  all ? "" : "; the last ones were given up, for the collector does not answer"));
    }
  }
}
