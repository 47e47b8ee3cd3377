package dev.sluice.logs;

import dev.sluice.config.ConfigException;
import dev.sluice.config.TelemetrySettings;
import dev.sluice.servable.Code;
import dev.sluice.telemetry.RequestListener;
import dev.sluice.telemetry.RequestRecord;
import dev.sluice.telemetry.TraceContext;
import dev.sluice.telemetry.WallClock;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Logs requests: a line for all of them or a part, for failed ones anyway, and a warning for those
 * that were slow. Thread-safe; {@link #start} and {@link #close} are called once each.
 */
public final class RequestLog implements RequestListener, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(RequestLog.class.getName());

  /** Failed requests that get a line whatever the sampling says: enough to see what is wrong. */
  static final int FAILURES_PER_SECOND = 100;

  /** Warnings of slow requests: a server that is slow must not be slower for saying so. */
  static final int SLOW_PER_SECOND = 10;

  /** What comes in 80 ms at 100,000 requests a second; some MiB. */
  private static final int CAPACITY = 8192;

  /** How long a stop waits for lines to be written. */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

  private final double accessRatio;
  private final boolean access;
  private final long slowNanos;
  private final PerSecond failures = new PerSecond(FAILURES_PER_SECOND);
  private final PerSecond slow = new PerSecond(SLOW_PER_SECOND);
  private final WallClock clock = new WallClock();
  private final EntryQueue queue;
  private final LogWriter writer;

  RequestLog(
      TelemetrySettings.RequestLog settings,
      TelemetrySettings.LogFormat format,
      LineSink sink,
      int capacity) {
    this.access = settings.accessRatio().isPresent();
    this.accessRatio = settings.accessRatio().orElse(0.0);
    this.slowNanos = settings.slow().map(Duration::toNanos).orElse(Long.MAX_VALUE);
    this.queue = new EntryQueue(capacity);
    this.writer = new LogWriter(queue, sink, format, slow);
  }

  /**
   * Opens a log.
   *
   * @throws ConfigException if the file cannot be written
   */
  public static RequestLog open(
      TelemetrySettings.RequestLog settings, TelemetrySettings.LogFormat format)
      throws ConfigException {
    try {
      return new RequestLog(settings, format, LineSink.open(settings.accessFile()), CAPACITY);
    } catch (IOException e) {
      throw ConfigException.invalid(
          "--access_log_file=%s: cannot be written: %s"
              .formatted(settings.accessFile().map(Object::toString).orElse(""), e));
    }
  }

  /** Begins to write. */
  public void start() {
    writer.start();
  }

  @Override
  public @Nullable TraceContext begins(@Nullable String traceparent, @Nullable String tracestate) {
    return null;
  }

  @Override
  public void ended(RequestRecord request) {
    long end = request.endNanos();
    boolean isSlow = end - request.startNanos() >= slowNanos && slow.tryTake(end);
    boolean isLogged = access && isLogged(request.code(), end);
    if (isLogged || isSlow) {
      queue.offer(
          RequestEntry.of(request, clock.offset(), new RequestEntry.Reason(isLogged, isSlow)));
    }
  }

  private boolean isLogged(Code code, long now) {
    if (accessRatio >= 1 || (code != Code.OK && failures.tryTake(now))) {
      return true;
    }
    return accessRatio > 0 && ThreadLocalRandom.current().nextDouble() < accessRatio;
  }

  /** Returns how many lines were lost because there were too many. */
  public long lostLines() {
    return queue.lost();
  }

  /** Writes what is left, as far as that can be done within a patience. */
  @Override
  public void close() {
    try {
      if (!writer.stop(CLOSE_PATIENCE)) {
        LOG.log(Level.WARNING, "Some lines about requests are lost: they could not be written");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
