package dev.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.config.TelemetrySettings.LogFormat;
import dev.sluice.config.TelemetrySettings.LogLevel;
import dev.sluice.config.TelemetrySettings.OtlpProtocol;
import dev.sluice.config.TelemetrySettings.Sampling;
import dev.sluice.config.TelemetrySettings.Tracing;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TelemetryFlagsTest {
  private static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";

  private final TelemetryFlags flags = new TelemetryFlags();
  private final Map<String, String> environment = new HashMap<>();
  private final List<String> warnings = new ArrayList<>();

  private TelemetrySettings settings() throws ConfigException {
    return flags.settings(environment, warnings::add);
  }

  private Tracing tracing() throws ConfigException {
    return settings().tracing().orElseThrow();
  }

  private Sampling sampling(String sampler, String argument) throws ConfigException {
    environment.put(ENDPOINT, "http://c:4318");
    environment.put("OTEL_TRACES_SAMPLER", sampler);
    environment.put("OTEL_TRACES_SAMPLER_ARG", argument);
    return tracing().sampling();
  }

  private String refusal() {
    return assertThrows(ConfigException.class, this::settings).text();
  }

  @Test
  void withoutFlagsAndVariablesNothingIsTracedOrLoggedOfRequests() throws ConfigException {
    assertEquals(TelemetrySettings.DEFAULT, settings());
    assertEquals(List.of(), warnings);
  }

  @ParameterizedTest
  @CsvSource({
    "http://c:4318,           http://c:4318/v1/traces,       HTTP_PROTOBUF",
    "http://c:4318/,          http://c:4318/v1/traces,       HTTP_PROTOBUF",
    "https://c/base/,         https://c/base/v1/traces,      HTTP_PROTOBUF",
    "http://c:4317,           http://c:4317,                 GRPC",
    "http://[::1]:4317,       http://[::1]:4317,             GRPC",
  })
  void thePortTellsTheProtocolUnlessItIsNamed(String given, URI endpoint, OtlpProtocol protocol)
      throws ConfigException {
    flags.otlpEndpoint = given;
    assertEquals(new Tracing(endpoint, protocol, Sampling.DEFAULT), tracing());
    flags.otlpEndpoint = "";
    environment.put(ENDPOINT, given);
    assertEquals(new Tracing(endpoint, protocol, Sampling.DEFAULT), tracing());
  }

  @Test
  void aNamedProtocolHolds() throws ConfigException {
    flags.otlpEndpoint = "http://c:4317";
    environment.put("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
    assertEquals(URI.create("http://c:4317/v1/traces"), tracing().endpoint());
    environment.put("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc");
    assertEquals(OtlpProtocol.GRPC, tracing().protocol());
    environment.put("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json");
    assertEquals(OtlpProtocol.GRPC, tracing().protocol());
    assertEquals(
        List.of(
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/json is ignored: expected grpc or http/protobuf"),
        warnings);
  }

  @Test
  void theFlagGoesBeforeAllVariables() throws ConfigException {
    environment.put(ENDPOINT, "http://all:4318");
    environment.put("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces:4318/here");
    assertEquals(URI.create("http://traces:4318/here"), tracing().endpoint());
    flags.otlpEndpoint = "http://flag:4318";
    assertEquals(URI.create("http://flag:4318/v1/traces"), tracing().endpoint());
  }

  @Test
  void theExportersNameAloneMeansTheUsualEndpoint() throws ConfigException {
    environment.put("OTEL_TRACES_EXPORTER", "otlp");
    assertEquals(URI.create("http://localhost:4318/v1/traces"), tracing().endpoint());
    environment.put("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    assertEquals(URI.create("http://localhost:4317"), tracing().endpoint());
  }

  @Test
  void variablesCanTurnItOff() throws ConfigException {
    environment.put(ENDPOINT, "http://c:4318");
    environment.put("OTEL_TRACES_EXPORTER", "none");
    assertEquals(Optional.empty(), settings().tracing());
    assertEquals(List.of(), warnings);
    environment.put("OTEL_TRACES_EXPORTER", "zipkin");
    assertEquals(Optional.empty(), settings().tracing());
    assertEquals(1, warnings.size());
    environment.remove("OTEL_TRACES_EXPORTER");
    environment.put("OTEL_SDK_DISABLED", "TRUE");
    flags.otlpEndpoint = "http://c:4318";
    assertEquals(Optional.empty(), settings().tracing());
    assertTrue(warnings.getLast().contains("OTEL_SDK_DISABLED"), warnings.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "always_on,                0.5,   false, 1",
    "always_off,               0.5,   false, 0",
    "traceidratio,             0.25,  false, 0.25",
    "parentbased_always_on,    0.5,   true,  1",
    "parentbased_always_off,   0.5,   true,  0",
    "parentbased_traceidratio, 0.25,  true,  0.25",
    "parentbased_traceidratio, '',    true,  1",
  })
  void samplersAreOpenTelemetrys(String name, String argument, boolean asCaller, double ratio)
      throws ConfigException {
    assertEquals(new Sampling(asCaller, ratio), sampling(name, argument));
    assertEquals(List.of(), warnings);
  }

  @Test
  void aSamplerThatCannotBeUsedIsAsIfItWereNotThere() throws ConfigException {
    assertEquals(Sampling.DEFAULT, sampling("xray", ""));
    assertEquals(new Sampling(true, 1), sampling("parentbased_traceidratio", "2"));
    assertEquals(2, warnings.size(), warnings.toString());
  }

  @Test
  void theRatiosFlagGoesBeforeTheSampler() throws ConfigException {
    flags.traceSampleRatio = "0.01";
    assertEquals(new Sampling(true, 0.01), sampling("always_off", ""));
  }

  @Test
  void aRatioWithoutTracesIsWarnedOf() throws ConfigException {
    flags.traceSampleRatio = "0.01";
    settings();
    assertEquals(List.of("--trace_sample_ratio has no effect without --otlp_endpoint"), warnings);
  }

  @ParameterizedTest
  @ValueSource(strings = {"c:4318", "localhost", "ftp://c", "http://", "http:/c", "http://c d"})
  void anEndpointIsAUrl(String bad) {
    flags.otlpEndpoint = bad;
    assertEquals(
        "--otlp_endpoint=" + bad + ": expected a URL such as http://localhost:4318", refusal());
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "-0.1", "x", "NaN", "1%"})
  void ratiosAreFrom0To1(String bad) {
    flags.traceSampleRatio = bad;
    assertEquals("--trace_sample_ratio=" + bad + ": expected a number from 0 to 1", refusal());
    flags.traceSampleRatio = "";
    flags.accessLog = bad;
    assertEquals("--access_log=" + bad + ": expected off, all or a number from 0 to 1", refusal());
  }

  @Test
  void logsHaveAFormAndALevel() throws ConfigException {
    flags.logFormat = "JSON";
    flags.logLevel = "warning";
    assertEquals(new TelemetrySettings.Log(LogFormat.JSON, LogLevel.WARNING), settings().log());
    flags.logLevel = "loud";
    assertEquals("--log_level=loud: expected one of debug, info, warning, error", refusal());
  }

  @Test
  void requestsAreLoggedAsFarAsAskedFor() throws ConfigException {
    flags.accessLog = "0.5";
    flags.accessLogFile = "/var/log/access.log";
    flags.slowRequestMs = 250;
    assertEquals(
        new TelemetrySettings.RequestLog(
            Optional.of(0.5),
            Optional.of(Path.of("/var/log/access.log")),
            Optional.of(Duration.ofMillis(250))),
        settings().requests());
    flags.accessLog = "all";
    assertEquals(Optional.of(1.0), settings().requests().accessRatio());
    flags.accessLog = "off";
    assertTrue(refusal().contains("--access_log=all"), refusal());
  }
}
