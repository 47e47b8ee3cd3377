package dev.sluice.config;

import dev.sluice.config.TelemetrySettings.OtlpProtocol;
import dev.sluice.config.TelemetrySettings.Sampling;
import dev.sluice.config.TelemetrySettings.Tracing;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether and how requests are traced: by our flags, and where they are not given by the variables
 * that OpenTelemetry defines for all programs. What else those say (headers, certificates,
 * compression, attributes of the resource) its SDK reads itself.
 *
 * @param endpointFlag empty: not given
 * @param ratioFlag empty: not given
 * @param warnings takes what is wrong with variables and does no harm
 */
record TracingSource(
    String endpointFlag,
    String ratioFlag,
    Map<String, String> environment,
    Consumer<String> warnings) {
  private static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
  private static final String TRACES_ENDPOINT = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
  private static final String PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL";
  private static final String TRACES_PROTOCOL = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL";
  private static final String EXPORTER = "OTEL_TRACES_EXPORTER";
  private static final String DISABLED = "OTEL_SDK_DISABLED";
  private static final String SAMPLER = "OTEL_TRACES_SAMPLER";
  private static final String SAMPLER_ARG = "OTEL_TRACES_SAMPLER_ARG";

  /** The path that the specification puts behind an endpoint for all signals. */
  private static final String TRACES_PATH = "/v1/traces";

  /** Where collectors listen for gRPC; for HTTP they do on the port after it. */
  private static final int GRPC_PORT = 4317;

  private static final String OTLP = "otlp";

  /** Returns the settings; empty if nothing is to be traced. */
  Optional<Tracing> read() throws ConfigException {
    Sampling sampling = sampling();
    if (Boolean.parseBoolean(variable(DISABLED).orElse("false"))) {
      if (!endpointFlag.isEmpty()) {
        warnings.accept("--otlp_endpoint: nothing is traced, since OTEL_SDK_DISABLED is true");
      }
      return Optional.empty();
    }
    if (!endpointFlag.isEmpty()) {
      return Optional.of(forAllSignals("--otlp_endpoint", endpointFlag, sampling));
    }
    if (!exporter().equals(OTLP)) {
      return Optional.empty();
    }
    Optional<String> traces = variable(TRACES_ENDPOINT);
    if (traces.isPresent()) {
      URI endpoint = url(TRACES_ENDPOINT, traces.get());
      return Optional.of(new Tracing(endpoint, protocol(endpoint), sampling));
    }
    Optional<String> all = variable(ENDPOINT);
    if (all.isPresent()) {
      return Optional.of(forAllSignals(ENDPOINT, all.get(), sampling));
    }
    if (variable(EXPORTER).isPresent()) {
      return Optional.of(forAllSignals(EXPORTER, defaultEndpoint(), sampling));
    }
    if (!ratioFlag.isEmpty()) {
      warnings.accept("--trace_sample_ratio has no effect without --otlp_endpoint");
    }
    return Optional.empty();
  }

  /** An endpoint alone asks for traces; other exporters than OTLP's there are not. */
  private String exporter() {
    String wanted = variable(EXPORTER).orElse(OTLP).toLowerCase(Locale.ROOT);
    if (!wanted.equals(OTLP) && !wanted.equals("none")) {
      warnings.accept(
          "%s=%s: nothing is traced; expected otlp or none".formatted(EXPORTER, wanted));
    }
    return wanted;
  }

  private String defaultEndpoint() {
    boolean grpc = namedProtocol().equals(Optional.of(OtlpProtocol.GRPC));
    return grpc ? "http://localhost:4317" : "http://localhost:4318";
  }

  /** Over HTTP each signal has its own path below such an endpoint. */
  private Tracing forAllSignals(String name, String value, Sampling sampling)
      throws ConfigException {
    URI endpoint = url(name, value);
    OtlpProtocol protocol = protocol(endpoint);
    return new Tracing(
        switch (protocol) {
          case GRPC -> endpoint;
          case HTTP_PROTOBUF -> URI.create(value.replaceAll("/+$", "") + TRACES_PATH);
        },
        protocol,
        sampling);
  }

  private OtlpProtocol protocol(URI endpoint) {
    return namedProtocol()
        .orElse(endpoint.getPort() == GRPC_PORT ? OtlpProtocol.GRPC : OtlpProtocol.HTTP_PROTOBUF);
  }

  private Optional<OtlpProtocol> namedProtocol() {
    String name = variable(TRACES_PROTOCOL).isPresent() ? TRACES_PROTOCOL : PROTOCOL;
    @Nullable String value = variable(name).orElse(null);
    if (value == null) {
      return Optional.empty();
    }
    for (OtlpProtocol known : OtlpProtocol.values()) {
      if (known.otelName().equals(value)) {
        return Optional.of(known);
      }
    }
    warnings.accept("%s=%s is ignored: expected grpc or http/protobuf".formatted(name, value));
    return Optional.empty();
  }

  private static URI url(String name, String value) throws ConfigException {
    try {
      URI url = new URI(value);
      String scheme = url.getScheme();
      if (url.getHost() != null && ("http".equals(scheme) || "https".equals(scheme))) {
        return url;
      }
    } catch (URISyntaxException e) {
      // Said below, with what was expected.
    }
    throw ConfigException.invalid(
        "%s=%s: expected a URL such as http://localhost:4318".formatted(name, value));
  }

  private Sampling sampling() throws ConfigException {
    if (!ratioFlag.isEmpty()) {
      return new Sampling(
          true,
          Ratio.parse(ratioFlag)
              .orElseThrow(
                  () ->
                      ConfigException.invalid(
                          "--trace_sample_ratio=%s: expected a number from 0 to 1"
                              .formatted(ratioFlag))));
    }
    String sampler = variable(SAMPLER).orElse("parentbased_always_on");
    return switch (sampler) {
      case "always_on" -> new Sampling(false, 1);
      case "always_off" -> new Sampling(false, 0);
      case "traceidratio" -> new Sampling(false, samplerRatio());
      case "parentbased_always_on" -> new Sampling(true, 1);
      case "parentbased_always_off" -> new Sampling(true, 0);
      case "parentbased_traceidratio" -> new Sampling(true, samplerRatio());
      default -> {
        // As the specification has it: a variable that cannot be used is as if it were not there.
        warnings.accept(
            ("%s=%s is ignored: expected always_on, always_off or traceidratio, or one of them behind"
                    + " parentbased_")
                .formatted(SAMPLER, sampler));
        yield Sampling.DEFAULT;
      }
    };
  }

  private double samplerRatio() {
    Optional<String> value = variable(SAMPLER_ARG);
    Optional<Double> ratio = value.flatMap(Ratio::parse);
    if (value.isPresent() && ratio.isEmpty()) {
      warnings.accept(
          "%s=%s is ignored: expected a number from 0 to 1".formatted(SAMPLER_ARG, value.get()));
    }
    return ratio.orElse(1.0);
  }

  /** Returns a variable's value; an empty one counts as none. */
  private Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(s -> !s.isEmpty());
  }
}
