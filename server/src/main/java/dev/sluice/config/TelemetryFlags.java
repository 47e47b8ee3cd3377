package dev.sluice.config;

import dev.sluice.config.TelemetrySettings.LogFormat;
import dev.sluice.config.TelemetrySettings.LogLevel;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Flags of traces and logs, which the reference does not have. Filled in by picocli. */
final class TelemetryFlags {
  private static final String OFF = "off";
  private static final String ALL = "all";

  @Option(
      names = "--otlp_endpoint",
      description =
          "Send traces to this collector by OTLP, such as http://localhost:4318; goes before"
              + " OTEL_EXPORTER_OTLP_ENDPOINT. Without either nothing is traced.")
  String otlpEndpoint = "";

  @Option(
      names = "--trace_sample_ratio",
      description =
          "Part of the requests that are traced unless their caller has decided, 0 to 1; goes"
              + " before OTEL_TRACES_SAMPLER. Without either: all.")
  String traceSampleRatio = "";

  @Option(names = "--log_format", description = "Form of the log and the access log: text or json.")
  String logFormat = "text";

  @Option(
      names = "--log_level",
      description = "From which level on lines are logged: debug, info, warning or error.")
  String logLevel = "info";

  @Option(
      names = "--access_log",
      description =
          "A line for requests: off, all, or for this part of them, 0 to 1; failed ones have one"
              + " anyway, up to 100 a second.")
  String accessLog = OFF;

  @Option(
      names = "--access_log_file",
      description = "Where those lines go; without it: to standard output.")
  String accessLogFile = "";

  @Option(
      names = "--slow_request_ms",
      description = "Log a warning for requests that take so long; 0: for none.")
  int slowRequestMs;

  /**
   * Returns the settings.
   *
   * @param environment the process's variables
   * @param warnings takes what is wrong with them and does no harm
   */
  TelemetrySettings settings(Map<String, String> environment, Consumer<String> warnings)
      throws ConfigException {
    return new TelemetrySettings(
        new TracingSource(otlpEndpoint, traceSampleRatio, environment, warnings).read(),
        new TelemetrySettings.Log(
            oneOf("log_format", logFormat, LogFormat.class),
            oneOf("log_level", logLevel, LogLevel.class)),
        requests());
  }

  private TelemetrySettings.RequestLog requests() throws ConfigException {
    Optional<Double> ratio = accessRatio();
    if (ratio.isEmpty() && !accessLogFile.isEmpty()) {
      throw ConfigException.invalid(
          "--access_log_file=%s: needs --access_log=all, or a part of 0 to 1"
              .formatted(accessLogFile));
    }
    int slow = Checks.atLeast("slow_request_ms", slowRequestMs, 0);
    return new TelemetrySettings.RequestLog(
        ratio,
        Checks.path("access_log_file", accessLogFile),
        slow == 0 ? Optional.empty() : Optional.of(Duration.ofMillis(slow)));
  }

  private Optional<Double> accessRatio() throws ConfigException {
    return switch (accessLog.toLowerCase(Locale.ROOT)) {
      case OFF -> Optional.empty();
      case ALL -> Optional.of(1.0);
      default ->
          Optional.of(
              Ratio.parse(accessLog)
                  .orElseThrow(
                      () ->
                          ConfigException.invalid(
                              "--access_log=%s: expected off, all or a number from 0 to 1"
                                  .formatted(accessLog))));
    };
  }

  private static <E extends Enum<E>> E oneOf(String flag, String value, Class<E> type)
      throws ConfigException {
    for (E known : type.getEnumConstants()) {
      if (known.name().equalsIgnoreCase(value)) {
        return known;
      }
    }
    String all =
        Arrays.stream(type.getEnumConstants())
            .map(known -> known.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    throw ConfigException.invalid("--%s=%s: expected one of %s".formatted(flag, value, all));
  }
}
