package dev.sluice.main;

import dev.sluice.auth.Door;
import dev.sluice.config.ConfigException;
import dev.sluice.config.SecuritySettings;
import dev.sluice.config.ServerSettings;
import dev.sluice.http.HttpHandler;
import dev.sluice.http.HttpLimits;
import dev.sluice.http.HttpListener;
import dev.sluice.http.HttpTransport;
import dev.sluice.tls.TlsUse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The HTTP ports: REST's, and those for admin calls and for metrics where there are such. Opened,
 * drained and closed together.
 */
final class HttpPorts implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("sluice");

  private final List<Port> ports = new ArrayList<>();

  /**
   * A port.
   *
   * @param says what the log says when it is open, before its number
   */
  private record Port(String flag, InetSocketAddress address, String says, HttpListener listener) {}

  /** What all of them run on. */
  record Base(EventLoops loops, ConnectionLimit connections, HttpLimits limits) {}

  /**
   * Makes the ports; none is open yet.
   *
   * @throws ConfigException if certificates cannot be used
   */
  HttpPorts(ServerSettings settings, Base base, Security security, Apis apis)
      throws ConfigException {
    SecuritySettings.Ports numbers = settings.security().ports();
    HttpHandler routes = apis.routes();
    if (numbers.metrics() != 0) {
      ports.add(
          new Port(
              "--metrics_port",
              new InetSocketAddress(numbers.metrics()),
              "Metrics and health are at port ",
              listener(base, security, TlsUse.PROBES, security.guarded(apis.probes(), Door.OPEN))));
    }
    if (numbers.admin() != 0) {
      ports.add(
          new Port(
              "--admin_port",
              Ports.address(numbers.adminAddress(), numbers.admin()),
              "Admin calls over REST are answered at port ",
              listener(base, security, TlsUse.HTTP, security.guarded(routes, Door.OPEN))));
    }
    if (settings.rest().port() != 0) {
      // Last: who waits for its line in the log may use all of them.
      ports.add(
          new Port(
              "--rest_api_port",
              new InetSocketAddress(settings.rest().port()),
              "Exporting HTTP/REST API at:localhost:",
              listener(
                  base, security, TlsUse.HTTP, security.guarded(routes, security.httpDoor()))));
    }
  }

  private static HttpListener listener(
      Base base, Security security, TlsUse use, HttpHandler handler) throws ConfigException {
    return new HttpListener(
        new HttpTransport(
            base.loops().acceptors(),
            base.loops().workers(),
            base.connections().counting(base.loops().channelType()),
            security.encryption(use)),
        handler,
        base.limits(),
        Clock.systemUTC());
  }

  /**
   * Opens the ports.
   *
   * @throws IOException if one cannot be opened; the message names the flag
   */
  void open() throws IOException {
    for (Port port : ports) {
      InetSocketAddress bound = Ports.open(port.flag(), () -> port.listener().bind(port.address()));
      LOG.log(Level.INFO, port.says() + bound.getPort() + " ...");
    }
  }

  /** Tells clients by their answers to go elsewhere; the ports stay open. */
  void leave() {
    ports.forEach(port -> port.listener().leave());
  }

  /** Closes the ports to new connections and idle ones, and each other one after its answer. */
  void drain() {
    ports.forEach(port -> port.listener().drain());
  }

  /** Waits until every connection has had its answer; returns false if some are left. */
  boolean awaitDrained(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    for (Port port : ports) {
      Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
      if (!port.listener().awaitDrained(left)) {
        return false;
      }
    }
    return true;
  }

  /** Closes every connection. */
  @Override
  public void close() {
    ports.forEach(port -> port.listener().close());
  }
}
