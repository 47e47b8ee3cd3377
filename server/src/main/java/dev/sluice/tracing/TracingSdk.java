package dev.sluice.tracing;

import dev.sluice.config.ConfigException;
import dev.sluice.config.TelemetrySettings;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.util.HashMap;
import java.util.Map;

/**
 * OpenTelemetry's SDK, as the settings and the environment's {@code OTEL_} variables want it.
 *
 * @param provider to be shut down
 * @param traceIds what lets a trace have an id that was chosen before
 * @param backlog what waits to be sent
 */
record TracingSdk(SdkTracerProvider provider, GivenTraceIds traceIds, Backlog backlog) {
  private static final String SCOPE = "dev.sluice";

  private static final String QUEUE_SIZE = "otel.bsp.max.queue.size";

  /** Spans of some two thousand requests, a few MiB: what a second brings, and a slow collector. */
  private static final int DEFAULT_QUEUE_SIZE = 8192;

  /** Sending costs more for each export than for each span. */
  private static final int DEFAULT_EXPORT_SIZE = 2048;

  /** What holds unless the environment says otherwise. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          QUEUE_SIZE,
          Integer.toString(DEFAULT_QUEUE_SIZE),
          "otel.bsp.max.export.batch.size",
          Integer.toString(DEFAULT_EXPORT_SIZE),
          "otel.bsp.schedule.delay",
          "1000");

  Tracer tracer() {
    return provider.get(SCOPE);
  }

  /**
   * Starts the SDK with all that its own configuration knows: headers, certificates, compression,
   * time-outs, attributes of the resource.
   */
  static TracingSdk start(TelemetrySettings.Tracing settings, String version)
      throws ConfigException {
    Builder builder = new Builder();
    try {
      SdkTracerProvider provider = builder.build(settings, version).getSdkTracerProvider();
      return new TracingSdk(provider, builder.traceIds, builder.backlog);
    } catch (ConfigurationException | IllegalArgumentException unfit) {
      throw ConfigException.invalid("OpenTelemetry: " + unfit.getMessage());
    }
  }

  /** Holds what is found while the SDK is built. */
  private static final class Builder {
    private final GivenTraceIds traceIds = new GivenTraceIds();
    private Backlog backlog = new Backlog(DEFAULT_QUEUE_SIZE);

    OpenTelemetrySdk build(TelemetrySettings.Tracing settings, String version) {
      return AutoConfiguredOpenTelemetrySdk.builder()
          .disableShutdownHook() // the server's own stop comes first
          .addPropertiesSupplier(() -> DEFAULTS)
          .addPropertiesCustomizer(config -> overrides(settings, config))
          .addResourceCustomizer((resource, config) -> ServerResource.of(resource, version))
          .addTracerProviderCustomizer((provider, config) -> provider.setIdGenerator(traceIds))
          .addSpanExporterCustomizer((exporter, config) -> new CountingExporter(exporter, backlog))
          .build()
          .getOpenTelemetrySdk();
    }

    private Map<String, String> overrides(
        TelemetrySettings.Tracing settings, ConfigProperties config) {
      backlog = new Backlog(config.getInt(QUEUE_SIZE, DEFAULT_QUEUE_SIZE));
      Map<String, String> overrides = new HashMap<>();
      overrides.put("otel.sdk.disabled", "false");
      overrides.put("otel.traces.exporter", "otlp");
      overrides.put("otel.metrics.exporter", "none");
      overrides.put("otel.logs.exporter", "none");
      overrides.put("otel.traces.sampler", "always_on"); // only what is sampled gets to the SDK
      overrides.put("otel.exporter.otlp.traces.endpoint", settings.endpoint().toString());
      overrides.put("otel.exporter.otlp.traces.protocol", settings.protocol().otelName());
      return overrides;
    }
  }
}
