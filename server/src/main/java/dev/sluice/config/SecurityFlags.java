package dev.sluice.config;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Flags of encryption, of who may do what, and of what clients may cost. Filled in by picocli. */
final class SecurityFlags {
  private static final String REQUIRED = "require";
  private static final String OPTIONAL = "optional";

  @Option(
      names = "--tls_cert_file",
      description = "The server's certificate chain in PEM form: encrypts all ports.")
  String tlsCertFile = "";

  @Option(names = "--tls_key_file", description = "The certificate's private key in PEM form.")
  String tlsKeyFile = "";

  @Option(
      names = "--tls_client_ca_file",
      description = "Certificates in PEM form that clients' certificates are trusted by.")
  String tlsClientCaFile = "";

  @Option(
      names = "--tls_client_auth",
      description = "Whether clients must show a certificate: require or optional.")
  String tlsClientAuth = REQUIRED;

  @Option(
      names = "--auth_config_file",
      description = "Who may do what: API keys, issuers of tokens, clients' certificates (YAML).")
  String authConfigFile = "";

  @Option(
      names = "--admin_port",
      description = "HTTP port where calls that need scope admin are answered, and only there.")
  int adminPort;

  @Option(
      names = "--admin_grpc_port",
      description = "gRPC port where calls that need scope admin are answered, and only there.")
  int adminGrpcPort;

  @Option(
      names = "--admin_address",
      description = "Address of the network interface that the two admin ports are on.")
  String adminAddress = "";

  @Option(
      names = "--metrics_port",
      description = "HTTP port where metrics are read, and only there; health, too.")
  int metricsPort;

  @Option(
      names = "--max_request_header_bytes",
      description = "Bytes that a request's line and headers may have.")
  int maxRequestHeaderBytes = 64 << 10;

  @Option(
      names = "--max_request_body_bytes",
      description = "Bytes that a request's body or message may have; 0: no limit of its own.")
  long maxRequestBodyBytes;

  @Option(
      names = "--max_connections",
      description = "Connections of all ports together; more are closed at once. 0: no limit.")
  int maxConnections = 16_384;

  @Option(
      names = "--max_streams_per_connection",
      description = "Calls that one gRPC connection may have under way; clients wait with more.")
  int maxStreamsPerConnection = 10_000;

  SecuritySettings security() throws ConfigException {
    return new SecuritySettings(
        tls(), Checks.path("auth_config_file", authConfigFile), ports(), bounds());
  }

  private Optional<TlsSource> tls() throws ConfigException {
    Optional<Path> certificate = Checks.path("tls_cert_file", tlsCertFile);
    Optional<Path> key = Checks.path("tls_key_file", tlsKeyFile);
    Optional<Path> ca = Checks.path("tls_client_ca_file", tlsClientCaFile);
    if (certificate.isPresent() != key.isPresent()) {
      throw ConfigException.invalid(
          "--tls_cert_file and --tls_key_file: expected both, found only one of them");
    }
    ClientCertificates clients = clients(ca.isPresent());
    if (certificate.isEmpty() || key.isEmpty()) {
      if (ca.isPresent()) {
        throw ConfigException.invalid(
            "--tls_client_ca_file=%s: expected --tls_cert_file and --tls_key_file, too"
                .formatted(ca.get()));
      }
      return Optional.empty();
    }
    return Optional.of(new TlsSource.PemFiles(certificate.get(), key.get(), ca, clients));
  }

  private ClientCertificates clients(boolean trusted) throws ConfigException {
    ClientCertificates wanted =
        switch (tlsClientAuth) {
          case REQUIRED -> ClientCertificates.REQUIRED;
          case OPTIONAL -> ClientCertificates.OPTIONAL;
          default ->
              throw ConfigException.invalid(
                  "--tls_client_auth=%s: expected %s or %s"
                      .formatted(tlsClientAuth, REQUIRED, OPTIONAL));
        };
    return trusted ? wanted : ClientCertificates.NONE;
  }

  private SecuritySettings.Ports ports() throws ConfigException {
    return new SecuritySettings.Ports(
        Checks.inRange("admin_port", adminPort, 0, 65_535),
        Checks.inRange("admin_grpc_port", adminGrpcPort, 0, 65_535),
        Checks.inRange("metrics_port", metricsPort, 0, 65_535),
        adminAddress);
  }

  private SecuritySettings.Bounds bounds() throws ConfigException {
    int connections = Checks.atLeast("max_connections", maxConnections, 0);
    if (maxRequestBodyBytes < 0) {
      throw ConfigException.invalid(
          "--max_request_body_bytes=%d: expected at least 0".formatted(maxRequestBodyBytes));
    }
    return new SecuritySettings.Bounds(
        Checks.inRange("max_request_header_bytes", maxRequestHeaderBytes, 1024, 16 << 20),
        maxRequestBodyBytes == 0 ? Long.MAX_VALUE : maxRequestBodyBytes,
        connections == 0 ? Integer.MAX_VALUE : connections,
        Checks.atLeast("max_streams_per_connection", maxStreamsPerConnection, 1));
  }
}
