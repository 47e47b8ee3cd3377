package dev.sluice.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** Flags of the listeners. Filled in by picocli. */
final class NetworkFlags {
  @Option(names = "--port", description = "gRPC TCP port; 0 opens none.")
  int port = 8500;

  @Option(names = "--grpc_socket_path", description = "Also listen for gRPC on this Unix socket.")
  String grpcSocketPath = "";

  @Option(names = "--grpc_channel_arguments", description = "gRPC channel arguments, a=b,c=d.")
  String grpcChannelArguments = "";

  @Option(
      names = "--grpc_max_threads",
      description = "Most event loops, of gRPC and HTTP together; 0: one a CPU.")
  int grpcMaxThreads;

  @Option(
      names = "--enable_grpc_healthcheck_service",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      description = "Offer the standard gRPC health service.")
  boolean enableGrpcHealthcheckService = true;

  @Option(names = "--rest_api_port", description = "HTTP port; 0 opens none.")
  int restApiPort = 8501;

  @Option(names = "--rest_api_num_threads", description = "Accepted, without effect.")
  int restApiNumThreads;

  @Option(names = "--rest_api_timeout_in_ms", description = "Time-out of an HTTP request; 0: none.")
  int restApiTimeoutInMs = 30_000;

  @Option(
      names = "--rest_api_enable_cors_support",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      description = "Answer requests from other origins.")
  boolean restApiEnableCorsSupport;

  @Option(
      names = "--enable_console",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      description = "Serve the console, a web page, at /console on the HTTP port.")
  boolean enableConsole = true;

  @Option(names = "--ssl_config_file", description = "SSLConfig text proto: encrypts gRPC.")
  String sslConfigFile = "";

  @Option(
      names = "--use_alts_credentials",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      description = "Google ALTS; not supported.")
  boolean useAltsCredentials;

  @Option(names = "--monitoring_config_file", description = "MonitoringConfig text proto.")
  String monitoringConfigFile = "";

  /** What is served without a monitoring file; no flag. */
  MonitoringConfig withoutMonitoringFile = MonitoringConfig.DEFAULT;

  ServerSettings.Grpc grpc() throws ConfigException {
    refuseAlts();
    if (port == 0 && grpcSocketPath.isEmpty()) {
      throw ConfigException.invalid(
          "At least one of server_options.grpc_port or server_options.grpc_socket_path must be"
              + " set.");
    }
    return new ServerSettings.Grpc(
        Checks.inRange("port", port, 0, 65_535),
        Checks.path("grpc_socket_path", grpcSocketPath),
        ChannelArguments.parse(grpcChannelArguments),
        Checks.atLeast("grpc_max_threads", grpcMaxThreads, 0),
        enableGrpcHealthcheckService,
        tls());
  }

  private void refuseAlts() throws ConfigException {
    if (useAltsCredentials && !sslConfigFile.isEmpty()) {
      throw ConfigException.invalid(
          "Either use_alts_credentials must be false or ssl_config_file must be empty.");
    }
    // Serving in the clear what was to be encrypted would be worse than not serving.
    if (useAltsCredentials) {
      throw ConfigException.invalid("--use_alts_credentials=true: ALTS is not supported");
    }
  }

  /** The file is read once to find what is wrong in it before anything else is done. */
  private Optional<TlsSource> tls() throws ConfigException {
    Optional<Path> file = Checks.path("ssl_config_file", sslConfigFile);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    var _ = TlsConfig.read(file.get());
    return Optional.of(new TlsSource.SslConfigFile(file.get()));
  }

  /**
   * Reads the monitoring file. One that cannot be used costs only the metrics: in the reference it
   * costs all of REST, but not the start, and what starts there must start here.
   *
   * @param warnings takes the reason
   */
  MonitoringConfig monitoring(Consumer<String> warnings) throws ConfigException {
    Optional<Path> file = Checks.path("monitoring_config_file", monitoringConfigFile);
    if (file.isEmpty()) {
      return withoutMonitoringFile;
    }
    try {
      return MonitoringConfig.read(file.get());
    } catch (ConfigException e) {
      warnings.accept("--monitoring_config_file: no metrics are served: " + e.text());
      return MonitoringConfig.DISABLED;
    }
  }

  ServerSettings.Rest rest() throws ConfigException {
    return new ServerSettings.Rest(
        Checks.inRange("rest_api_port", restApiPort, 0, 65_535),
        Checks.atLeast("rest_api_num_threads", restApiNumThreads, 0),
        Duration.ofMillis(Math.max(0, restApiTimeoutInMs)),
        restApiEnableCorsSupport,
        enableConsole);
  }
}
