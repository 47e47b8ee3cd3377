package dev.sluice.main;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A gRPC port or Unix socket: the services given, grpc.health.v1 if wanted, and server reflection.
 *
 * <p>Calls run on the event loop that reads them (direct executor); a service that would block must
 * hand its work on.
 */
final class GrpcListener implements AutoCloseable {
  /**
   * How much a client may send ahead per stream: large tensors at the full speed of a local link.
   */
  private static final int FLOW_CONTROL_WINDOW = 4 << 20;

  /**
   * Eight times what gRPC allows by default, so that no token or trace that a proxy lets through is
   * too large: beyond it, and a quarter more, a client's whole connection would be closed.
   */
  private static final int MAX_METADATA_BYTES = 64 << 10;

  /**
   * Calls that a client may take back on one connection in a window, in seconds: far more than
   * deadlines that pass at full load, far less than what a client can send that only wants to cost.
   */
  private static final int MAX_RESETS = 10_000;

  private static final int RESET_WINDOW = 10;

  /** The reference reports health by names without the package; clients of others ask with it. */
  private static final List<String> HEALTH_NAMES =
      List.of("", "PredictionService", "ModelService", "inference.GRPCInferenceService");

  private final Server server;
  private final HealthStatusManager health;
  private final OpenStreams streams;

  private GrpcListener(Server server, HealthStatusManager health, OpenStreams streams) {
    this.server = server;
    this.health = health;
    this.streams = streams;
  }

  /**
   * What all gRPC listeners of a server have in common.
   *
   * @param healthService false leaves the health service out
   */
  record Options(
      EventLoops loops,
      GrpcTuning tuning,
      Optional<SslContext> tls,
      List<ServerServiceDefinition> services,
      boolean healthService) {}

  /**
   * Opens a TCP port; health says NOT_SERVING until {@link #setServing}.
   *
   * @throws IOException if the address is in use or not ours
   */
  static GrpcListener open(InetSocketAddress address, Options options) throws IOException {
    return open(address, options.loops().channelType(), options, "port " + address.getPort());
  }

  /**
   * Opens a Unix socket. A socket that is left from a server that has ended is replaced; one where
   * somebody answers, and what else has that name, is not.
   *
   * @throws IOException if the name is taken, or this machine has no such sockets
   */
  static GrpcListener open(Path socket, Options options) throws IOException {
    String where = "socket " + socket;
    UnixSockets.check(socket);
    return open(
        new DomainSocketAddress(socket.toString()),
        options
            .loops()
            .unixChannelType()
            .orElseThrow(() -> new IOException(where + ": needs epoll")),
        options,
        where);
  }

  private static GrpcListener open(
      SocketAddress address,
      Class<? extends ServerChannel> channelType,
      Options options,
      String where)
      throws IOException {
    HealthStatusManager health = new HealthStatusManager();
    OpenStreams streams = new OpenStreams();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .bossEventLoopGroup(options.loops().acceptors())
            .workerEventLoopGroup(options.loops().workers())
            .channelType(channelType)
            .directExecutor()
            .maxInboundMetadataSize(MAX_METADATA_BYTES)
            .initialFlowControlWindow(FLOW_CONTROL_WINDOW)
            .maxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW)
            .permitKeepAliveWithoutCalls(true)
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .intercept(streams)
            .fallbackHandlerRegistry(new UnknownMethods())
            .addService(ProtoReflectionServiceV1.newInstance())
            .addService(alphaReflection());
    if (options.healthService()) {
      builder.addService(
          ServerInterceptors.intercept(health.getHealthService(), new UnknownHealthName()));
    }
    options.tls().ifPresent(builder::sslContext);
    options.tuning().apply(builder);
    options.services().forEach(builder::addService);
    GrpcListener listener = new GrpcListener(builder.build(), health, streams);
    listener.setServing(false);
    try {
      listener.server.start();
    } catch (IOException e) {
      throw new IOException(where + ": " + reason(e), e);
    }
    return listener;
  }

  @SuppressWarnings("deprecation") // older grpcurl and grpc_cli ask for v1alpha only
  private static BindableService alphaReflection() {
    return io.grpc.protobuf.services.ProtoReflectionService.newInstance();
  }

  private static String reason(IOException failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return String.valueOf(cause.getMessage());
  }

  int port() {
    return server.getPort();
  }

  void setServing(boolean serving) {
    ServingStatus status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    HEALTH_NAMES.forEach(name -> health.setStatus(name, status));
  }

  /** Refuses new calls and connections; those under way go on, but for streams without an end. */
  void drain() {
    health.enterTerminalState();
    server.shutdown();
    streams.end();
  }

  /** Waits for the calls under way; returns false if some are left. */
  boolean awaitDrained(Duration timeout) throws InterruptedException {
    return server.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Ends whatever is left. */
  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
