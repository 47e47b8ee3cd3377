package dev.sluice.main;

import dev.sluice.config.ConfigException;
import dev.sluice.config.TelemetrySettings;
import dev.sluice.logs.RequestLog;
import dev.sluice.metrics.Description;
import dev.sluice.metrics.Sampled;
import dev.sluice.metrics.Sampler;
import dev.sluice.telemetry.RequestListener;
import dev.sluice.telemetry.RequestRecord;
import dev.sluice.telemetry.TraceContext;
import dev.sluice.tracing.Tracing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who is told of requests, as far as anybody wants to know: traces and logs. Without them nothing
 * of either is loaded.
 */
final class Observation implements Sampler, AutoCloseable {
  /** How long a stop waits for a collector of traces. */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

  private final Optional<Tracing> tracing;
  private final Optional<RequestLog> log;

  private Observation(Optional<Tracing> tracing, Optional<RequestLog> log) {
    this.tracing = tracing;
    this.log = log;
  }

  /**
   * Opens what the settings want.
   *
   * @throws ConfigException if a file cannot be written, or a variable for OpenTelemetry be used
   */
  static Observation open(TelemetrySettings settings) throws ConfigException {
    Optional<RequestLog> log =
        settings.requests().isOn()
            ? Optional.of(RequestLog.open(settings.requests(), settings.log().format()))
            : Optional.empty();
    Optional<Tracing> tracing =
        settings.tracing().isPresent()
            ? Optional.of(
                Tracing.start(settings.tracing().get(), Version.current(), CLOSE_PATIENCE))
            : Optional.empty();
    return new Observation(tracing, log);
  }

  /** Returns who is to be told. */
  RequestListener listener() {
    if (tracing.isPresent() && log.isPresent()) {
      return new Both(tracing.get(), log.get());
    }
    if (tracing.isPresent()) {
      return tracing.get();
    }
    return log.isPresent() ? log.get() : RequestListener.NONE;
  }

  /** What was lost on the way, if there is a way. */
  @Override
  public List<Sampled> sample() {
    List<Sampled> families = new ArrayList<>();
    tracing.ifPresent(
        traces ->
            families.add(
                new Sampled(
                    Description.of(
                        "sluice_trace_spans_total",
                        "Spans of traced requests: taken by the collector (sent), not taken"
                            + " (failed), or not even offered since too many waited (dropped).",
                        "result"),
                    Sampled.Kind.COUNTER,
                    List.of(
                        sample(traces.sentSpans(), "sent"),
                        sample(traces.failedSpans(), "failed"),
                        sample(traces.droppedSpans(), "dropped")))));
    log.ifPresent(
        lines ->
            families.add(
                Sampled.counter(
                    "sluice_request_log_lost_lines_total",
                    "Lines about requests that were lost: they ended faster than could be written.",
                    (double) lines.lostLines())));
    return families;
  }

  private static Sampled.Sample sample(long count, String label) {
    return Sampled.Sample.of((double) count, label);
  }

  /** Begins to write logs. */
  void start() {
    log.ifPresent(RequestLog::start);
  }

  /** Sends and writes what is left, as far as that does not take long. */
  @Override
  public void close() {
    log.ifPresent(RequestLog::close);
    tracing.ifPresent(Tracing::close);
  }

  /** Tells traces and logs. */
  private record Both(RequestListener traces, RequestListener logs) implements RequestListener {
    @Override
    public @Nullable TraceContext begins(
        @Nullable String traceparent, @Nullable String tracestate) {
      return traces.begins(traceparent, tracestate);
    }

    @Override
    public void ended(RequestRecord request) {
      try {
        traces.ended(request);
      } finally {
        logs.ended(request);
      }
    }
  }
}
