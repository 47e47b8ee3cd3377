package dev.sluice.main;

import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.NOT_SERVING;
import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING;

import dev.sluice.config.SecuritySettings;
import dev.sluice.health.HealthReport;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
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
import org.jspecify.annotations.Nullable;

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

  /** For encryption and HTTP/2's first frames: longer takes who only wants to hold a connection. */
  private static final Duration HANDSHAKE_PATIENCE = Duration.ofSeconds(20);

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
  private final GrpcConnections connections;

  /** What the health service says. */
  private @Nullable HealthReport shown;

  private boolean hasLeft;

  private GrpcListener(
      Server server, HealthStatusManager health, OpenStreams streams, GrpcConnections connections) {
    this.server = server;
    this.health = health;
    this.streams = streams;
    this.connections = connections;
  }

  /**
   * What all gRPC listeners of a server have in common.
   *
   * @param connections counts those of all ports
   * @param patience with clients that stall
   * @param guard what all calls pass first; empty if they need not
   * @param bounds what clients may bring; by default the metadata may have eight times what gRPC
   *     allows, so that no token or trace that a proxy lets through is too large: beyond it, and a
   *     quarter more, a client's whole connection would be closed
   * @param healthService false leaves the health service out
   */
  record Options(
      EventLoops loops,
      GrpcTuning tuning,
      Optional<SslContext> tls,
      ConnectionLimit connections,
      GrpcStalls.Patience patience,
      Optional<ServerInterceptor> guard,
      SecuritySettings.Bounds bounds,
      List<ServerServiceDefinition> services,
      boolean healthService) {}

  /**
   * Opens a TCP port; health says NOT_SERVING until {@link #show}.
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
    GrpcConnections connections = new GrpcConnections(options.patience());
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .bossEventLoopGroup(options.loops().acceptors())
            .workerEventLoopGroup(options.loops().workers())
            .channelFactory(connections.channels(options.connections().counting(channelType)))
            .directExecutor()
            .handshakeTimeout(HANDSHAKE_PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .maxInboundMetadataSize(options.bounds().headerBytes())
            .maxConcurrentCallsPerConnection(options.bounds().streams())
            .initialFlowControlWindow(FLOW_CONTROL_WINDOW)
            .maxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW)
            .permitKeepAliveWithoutCalls(true)
            .permitKeepAliveTime(1, TimeUnit.SECONDS);
    // The first one added is the last before the method, which must see the guard's own call.
    options.guard().ifPresent(builder::intercept);
    builder
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
    HEALTH_NAMES.forEach(name -> health.setStatus(name, NOT_SERVING));
    GrpcListener listener = new GrpcListener(builder.build(), health, streams, connections);
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

  /**
   * Has the health service say what was found: of the server, and of each model under its name. Who
   * watches is told of what changes.
   */
  synchronized void show(HealthReport report) {
    if (report.equals(shown)) {
      return;
    }
    shown = report;
    report
        .models()
        .forEach((model, usable) -> health.setStatus(model, usable ? SERVING : NOT_SERVING));
    HEALTH_NAMES.forEach(name -> health.setStatus(name, report.isReady() ? SERVING : NOT_SERVING));
  }

  /** Sends clients elsewhere; who stays, or comes, is served all the same. */
  synchronized void leave() {
    if (!hasLeft) {
      hasLeft = true;
      health.enterTerminalState(); // it complains the second time
    }
    connections.goAway();
  }

  /** Refuses new calls and connections; those under way go on, but for streams without an end. */
  void drain() {
    leave();
    connections.awaitLast();
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
