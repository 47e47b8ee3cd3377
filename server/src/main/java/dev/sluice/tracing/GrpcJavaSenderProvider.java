package dev.sluice.tracing;

import io.grpc.ManagedChannelBuilder;
import io.opentelemetry.sdk.common.export.Compressor;
import io.opentelemetry.sdk.common.export.GrpcSender;
import io.opentelemetry.sdk.common.export.GrpcSenderConfig;
import io.opentelemetry.sdk.common.export.GrpcSenderProvider;
import java.net.URI;

/** Lets OpenTelemetry's SDK send by the gRPC library that is here anyway. Found by its name. */
public final class GrpcJavaSenderProvider implements GrpcSenderProvider {
  private static final int DEFAULT_PORT = 4317;

  /** Created by ServiceLoader. */
  public GrpcJavaSenderProvider() {}

  @Override
  public GrpcSender createSender(GrpcSenderConfig config) {
    if (config.getSslContext() != null) {
      throw new IllegalArgumentException(
          "certificates of our own are for OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf only");
    }
    URI endpoint = config.getEndpoint();
    int port = endpoint.getPort() < 0 ? DEFAULT_PORT : endpoint.getPort();
    ManagedChannelBuilder<?> channel = ManagedChannelBuilder.forAddress(endpoint.getHost(), port);
    if (!"https".equals(endpoint.getScheme())) {
      channel.usePlaintext();
    }
    Compressor compressor = config.getCompressor();
    return new GrpcJavaSender(
        channel.build(),
        config.getFullMethodName(),
        compressor == null ? "identity" : compressor.getEncoding(),
        config.getTimeout(),
        config.getHeadersSupplier());
  }
}
