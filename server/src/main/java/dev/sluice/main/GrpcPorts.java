package dev.sluice.main;

import dev.sluice.auth.Door;
import dev.sluice.config.ConfigException;
import dev.sluice.config.SecuritySettings;
import dev.sluice.config.ServerSettings;
import dev.sluice.health.HealthReport;
import dev.sluice.tls.TlsUse;
import io.grpc.ServerServiceDefinition;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/**
 * Where gRPC is listened for: a port, a Unix socket, and a port for admin calls where there is one.
 * Opened, drained and closed together.
 */
final class GrpcPorts implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("sluice");

  /** How long a stop waits for messages of which not all has arrived, when nothing runs. */
  private static final Duration UPLOAD_PATIENCE = Duration.ofSeconds(5);

  /** As for REST: what a request's head, and what an answer, may stand still. */
  private static final GrpcStalls.Patience STALLS =
      new GrpcStalls.Patience(Duration.ofSeconds(30), Duration.ofSeconds(60));

  private final ServerSettings settings;
  private final EventLoops loops;
  private final ConnectionLimit connections;
  private final Security security;
  private final GrpcTuning tuning;
  private final Optional<SslContext> tls;

  /** The health monitor's thread reads it while the starting one adds to it. */
  private final List<GrpcListener> open = new CopyOnWriteArrayList<>();

  /**
   * Makes the ports; none is open yet.
   *
   * @throws ConfigException if certificates cannot be used
   */
  GrpcPorts(
      ServerSettings settings, EventLoops loops, ConnectionLimit connections, Security security)
      throws ConfigException {
    this.settings = settings;
    this.loops = loops;
    this.connections = connections;
    this.security = security;
    this.tls = security.encryption(TlsUse.GRPC);
    this.tuning =
        new GrpcTuning(
            settings.grpc().channelArguments(),
            settings.security().bounds().bodyBytes(),
            line -> LOG.log(Level.WARNING, line));
  }

  /**
   * Opens the ports.
   *
   * @param report what health says from the beginning
   * @throws IOException if one cannot be opened; the message names the flag
   */
  void open(List<ServerServiceDefinition> services, HealthReport report) throws IOException {
    GrpcListener.Options options = options(services, security.grpcDoor());
    int port = settings.grpc().port();
    if (port != 0) {
      GrpcListener listener =
          add("--port", () -> GrpcListener.open(new InetSocketAddress(port), options));
      // The phrases are what scripts look for in the reference's log (lifecycle.md §8).
      LOG.log(Level.INFO, "Running gRPC ModelServer at 0.0.0.0:" + listener.port() + " ...");
    }
    Optional<Path> socket = settings.grpc().socketPath();
    if (socket.isPresent()) {
      add("--grpc_socket_path", () -> GrpcListener.open(socket.get(), options));
      LOG.log(Level.INFO, "Running gRPC ModelServer at UNIX socket " + socket.get() + " ...");
    }
    SecuritySettings.Ports ports = settings.security().ports();
    if (ports.adminGrpc() != 0) {
      InetSocketAddress address = Ports.address(ports.adminAddress(), ports.adminGrpc());
      add("--admin_grpc_port", () -> GrpcListener.open(address, options(services, Door.OPEN)));
    }
    show(report);
  }

  private GrpcListener add(String flag, Ports.Opener<GrpcListener> opening) throws IOException {
    GrpcListener listener = Ports.open(flag, opening);
    open.add(listener);
    return listener;
  }

  private GrpcListener.Options options(List<ServerServiceDefinition> services, Door door) {
    return new GrpcListener.Options(
        loops,
        tuning,
        tls,
        connections,
        STALLS,
        security.guard(door),
        settings.security().bounds(),
        services,
        settings.grpc().healthService());
  }

  /** Has the health services say what was found. */
  void show(HealthReport report) {
    open.forEach(listener -> listener.show(report));
  }

  /** Sends clients elsewhere; who stays, or comes, is served all the same. */
  void leave() {
    open.forEach(GrpcListener::leave);
  }

  /** Refuses new calls and connections; those under way go on. */
  void drain() {
    open.forEach(GrpcListener::drain);
  }

  /**
   * Waits for the calls under way, as long as any has sent its message: of one that is still
   * sending nothing is known, and it may stand still for ever.
   *
   * @param nothingRuns true if no call has sent its message
   */
  void awaitDrained(Patience patience, BooleanSupplier nothingRuns) throws InterruptedException {
    QuietTime quiet = new QuietTime(UPLOAD_PATIENCE, System::nanoTime);
    for (GrpcListener listener : open) {
      patience.await(most -> listener.awaitDrained(most) || quiet.look(nothingRuns.getAsBoolean()));
    }
  }

  /** Ends whatever is left. */
  @Override
  public void close() {
    open.forEach(GrpcListener::close);
  }
}
