package dev.sluice.main;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The gRPC port: the services given, grpc.health.v1 and server reflection.
 *
 * <p>Calls run on the event loop that reads them (direct executor); a service that would block must
 * hand its work on.
 */
final class GrpcListener implements AutoCloseable {
  /** As the reference: no limit but the format's. */
  private static final int MAX_MESSAGE_BYTES = Integer.MAX_VALUE;

  /**
   * How much a client may send ahead per stream: large tensors at the full speed of a local link.
   */
  private static final int FLOW_CONTROL_WINDOW = 4 << 20;

  /** The names under which the reference reports health: without the package. */
  private static final List<String> HEALTH_NAMES = List.of("", "PredictionService", "ModelService");

  private final Server server;
  private final HealthStatusManager health;

  private GrpcListener(Server server, HealthStatusManager health) {
    this.server = server;
    this.health = health;
  }

  /**
   * Opens the port; health says NOT_SERVING until {@link #setServing}.
   *
   * @throws IOException if the address is in use or not ours
   */
  static GrpcListener open(
      InetSocketAddress address, EventLoops loops, List<ServerServiceDefinition> services)
      throws IOException {
    HealthStatusManager health = new HealthStatusManager();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .bossEventLoopGroup(loops.acceptors())
            .workerEventLoopGroup(loops.workers())
            .channelType(loops.channelType())
            .directExecutor()
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .initialFlowControlWindow(FLOW_CONTROL_WINDOW)
            .permitKeepAliveWithoutCalls(true)
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .addService(
                ServerInterceptors.intercept(health.getHealthService(), new UnknownHealthName()))
            .addService(ProtoReflectionServiceV1.newInstance())
            .addService(alphaReflection());
    services.forEach(builder::addService);
    GrpcListener listener = new GrpcListener(builder.build(), health);
    listener.setServing(false);
    try {
      listener.server.start();
    } catch (IOException e) {
      throw new IOException("port " + address.getPort() + ": " + reason(e), e);
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

  /** Refuses new calls and connections; those under way go on. */
  void drain() {
    health.enterTerminalState();
    server.shutdown();
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
