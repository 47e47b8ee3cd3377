package dev.sluice.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What is told of requests and of the server, to traces and logs.
 *
 * @param tracing empty: no request is traced
 * @param requests which requests are logged
 */
public record TelemetrySettings(Optional<Tracing> tracing, Log log, RequestLog requests) {
  /** Logs as text, no request is traced or logged. */
  public static final TelemetrySettings DEFAULT =
      new TelemetrySettings(
          Optional.empty(),
          new Log(LogFormat.TEXT, LogLevel.INFO),
          new RequestLog(Optional.empty(), Optional.empty(), Optional.empty()));

  /**
   * Traces by OpenTelemetry; what is not here its SDK reads from the environment.
   *
   * @param endpoint where spans are sent, with its path
   */
  public record Tracing(URI endpoint, OtlpProtocol protocol, Sampling sampling) {}

  /** How spans are sent. */
  public enum OtlpProtocol {
    GRPC("grpc"),
    HTTP_PROTOBUF("http/protobuf");

    private final String otelName;

    OtlpProtocol(String otelName) {
      this.otelName = otelName;
    }

    /** Returns the name by which OpenTelemetry's settings know it. */
    public String otelName() {
      return otelName;
    }
  }

  /**
   * Which requests are traced.
   *
   * @param asCaller true if a caller's decision goes before the ratio
   * @param ratio of requests without a caller, from 0 to 1
   */
  public record Sampling(boolean asCaller, double ratio) {
    /** As callers do, and all requests without one. */
    public static final Sampling DEFAULT = new Sampling(true, 1);
  }

  /** The server's own log. */
  public record Log(LogFormat format, LogLevel level) {}

  /** The form of a line. */
  public enum LogFormat {
    TEXT,
    JSON
  }

  /** From which level on lines are written. */
  public enum LogLevel {
    DEBUG,
    INFO,
    WARNING,
    ERROR
  }

  /**
   * Lines about requests.
   *
   * @param accessRatio part of the requests that get a line; failed ones do anyway, as long as they
   *     are few. Empty: none gets one
   * @param accessFile where those lines go; empty: to standard output
   * @param slow requests that take so long get a warning in the log; empty: none
   */
  public record RequestLog(
      Optional<Double> accessRatio, Optional<Path> accessFile, Optional<Duration> slow) {
    /** Returns true if any request may get a line. */
    public boolean isOn() {
      return accessRatio.isPresent() || slow.isPresent();
    }
  }
}
