package dev.sluice.main;

import dev.sluice.api.grpc.CallGuard;
import dev.sluice.api.rest.RestGuard;
import dev.sluice.auth.Authenticator;
import dev.sluice.auth.Door;
import dev.sluice.auth.Gate;
import dev.sluice.auth.file.LiveAuthenticator;
import dev.sluice.config.ConfigException;
import dev.sluice.config.Notices;
import dev.sluice.config.SecuritySettings;
import dev.sluice.config.ServerSettings;
import dev.sluice.config.TlsSource;
import dev.sluice.http.HttpHandler;
import dev.sluice.tls.LiveTls;
import dev.sluice.tls.TlsUse;
import io.grpc.ServerInterceptor;
import io.netty.handler.ssl.SslContext;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts the ports and guards them, and follows the files that say how.
 *
 * <p>The starting thread makes everything; {@link #start} and {@link #close} are called once each.
 */
final class Security implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("sluice");

  private static final Notices NOTICES =
      new Notices(line -> LOG.log(Level.INFO, line), line -> LOG.log(Level.WARNING, line));

  /** Between two looks at the files, which are small. */
  private static final Duration PERIOD = Duration.ofSeconds(2);

  private final SecuritySettings.Ports ports;
  private final Set<String> metricsPaths;
  private final Optional<LiveTls> tls;
  private final Optional<LiveTls> grpcTls;
  private final Optional<LiveAuthenticator> authenticator;
  private final CountDownLatch closed = new CountDownLatch(1);
  private @Nullable Thread poller;

  /**
   * Reads the files.
   *
   * @throws ConfigException if one cannot be used
   */
  Security(ServerSettings settings) throws ConfigException {
    this.ports = settings.security().ports();
    this.metricsPaths = Set.copyOf(List.of("/metrics", settings.monitoring().path()));
    this.tls = settings.security().tls().map(Security::live);
    this.grpcTls = settings.grpc().tls().map(Security::live).or(() -> tls);
    Optional<Path> file = settings.security().authFile();
    this.authenticator =
        file.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new LiveAuthenticator(
                    file.get(), System.getenv()::get, InstantSource.system(), NOTICES));
  }

  private static LiveTls live(TlsSource source) {
    return new LiveTls(source, NOTICES);
  }

  /** Returns how the ports of a use are encrypted; empty if they are not. */
  Optional<SslContext> encryption(TlsUse use) throws ConfigException {
    Optional<LiveTls> source = use == TlsUse.GRPC ? grpcTls : tls;
    return source.isEmpty() ? Optional.empty() : Optional.of(source.get().context(use));
  }

  /** Returns a handler that the requests of a port reach which may be asked there. */
  HttpHandler guarded(HttpHandler handler, Door door) {
    return isNeeded()
        ? new RestGuard(new Gate(who(), door), new RestPaths(metricsPaths), handler)
        : handler;
  }

  /** Returns what the calls of a port pass first; empty if all may pass. */
  Optional<ServerInterceptor> guard(Door door) {
    return isNeeded() ? Optional.of(new CallGuard(new Gate(who(), door))) : Optional.empty();
  }

  private boolean isNeeded() {
    return authenticator.isPresent() || hasAdminPort() || ports.metrics() != 0;
  }

  private Authenticator who() {
    return authenticator.isPresent() ? authenticator.get() : Authenticator.NONE;
  }

  private boolean hasAdminPort() {
    return ports.admin() != 0 || ports.adminGrpc() != 0;
  }

  /** Returns what the usual HTTP port does not serve. */
  Door httpDoor() {
    return new Door(
        hasAdminPort() ? "--admin_port" : null, ports.metrics() == 0 ? null : "--metrics_port");
  }

  /** Returns what the usual gRPC port does not serve. */
  Door grpcDoor() {
    return new Door(hasAdminPort() ? "--admin_grpc_port" : null, null);
  }

  /** Fetches what is to be had over the network, and follows the files from now on. */
  void start() throws InterruptedException {
    if (authenticator.isPresent()) {
      authenticator.get().poll();
    }
    if (authenticator.isPresent() || tls.isPresent() || grpcTls.isPresent()) {
      poller = Thread.ofVirtual().name("security-files").start(this::follow);
    }
  }

  private void follow() {
    try {
      while (!closed.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
        poll();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // by close, while something was fetched
    }
  }

  private void poll() throws InterruptedException {
    try {
      tls.ifPresent(LiveTls::poll);
      if (!grpcTls.equals(tls)) {
        grpcTls.ifPresent(LiveTls::poll);
      }
      if (authenticator.isPresent()) {
        authenticator.get().poll();
      }
    } catch (RuntimeException | Error bug) {
      // Such as the want of a thread: the next look may find things better.
      LOG.log(Level.ERROR, "The files of security could not be looked at", bug);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    Thread running = poller;
    if (running != null) {
      running.interrupt();
    }
  }
}
