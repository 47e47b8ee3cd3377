package dev.sluice.tls;

import dev.sluice.config.ClientCertificates;
import dev.sluice.config.ConfigException;
import dev.sluice.config.TlsConfig;
import dev.sluice.config.TlsSource;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import javax.net.ssl.SSLException;

/** What a port speaks over TLS, and what it asks of clients. */
public enum TlsUse {
  /** gRPC, with clients' certificates as the operator wants them. */
  GRPC,
  /** HTTP, likewise. */
  HTTP,
  /** HTTP for probes and scrapers, which may show a certificate but need not. */
  PROBES;

  SslContext context(TlsConfig config) throws ConfigException {
    SslContextBuilder builder = ServerIdentity.builder(config, clientAuth(config.clients()));
    try {
      return (this == GRPC ? GrpcSslContexts.configure(builder) : builder).build();
    } catch (SSLException | IllegalArgumentException e) {
      throw config.invalid(
          TlsSource.Part.KEY,
          "and %s cannot be used: %s"
              .formatted(config.label(TlsSource.Part.CERTIFICATE), e.getMessage()));
    }
  }

  private ClientAuth clientAuth(ClientCertificates wanted) {
    return switch (wanted) {
      case NONE -> ClientAuth.NONE;
      case OPTIONAL -> ClientAuth.OPTIONAL;
      case REQUIRED -> this == PROBES ? ClientAuth.OPTIONAL : ClientAuth.REQUIRE;
    };
  }
}
