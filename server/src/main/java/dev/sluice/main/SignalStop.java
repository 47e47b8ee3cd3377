package dev.sluice.main;

import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;

/**
 * Stops a running server when SIGTERM or SIGINT comes, and ends the process with status 0.
 *
 * <p>A shutdown hook is the only supported way to see a signal. A process that ends by one has the
 * status 128 + signal, unless the hook itself halts it: stopped as asked is a success.
 */
final class SignalStop {
  private static final System.Logger LOG = System.getLogger("sluice");

  private final Server server;
  private final Thread hook = Thread.ofPlatform().name("stop").unstarted(this::stopAndHalt);

  private SignalStop(Server server) {
    this.server = server;
  }

  /** Arranges that a signal stops the server from now on. */
  static SignalStop arrange(Server server) {
    SignalStop stop = new SignalStop(server);
    Runtime.getRuntime().addShutdownHook(stop.hook);
    return stop;
  }

  /** Waits for a signal; does not return. */
  void await() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  /** Stops the server without a signal. */
  void stopNow() throws InterruptedException {
    Runtime.getRuntime().removeShutdownHook(hook);
    server.stop();
  }

  private void stopAndHalt() {
    LOG.log(Level.INFO, "Stopping: no new requests; those under way may finish");
    try {
      server.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.err.flush();
    Runtime.getRuntime().halt(0);
  }
}
