package dev.sluice.main;

import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Stops a running server when SIGTERM or SIGINT comes, and ends the process with status 0.
 *
 * <p>A shutdown hook is the only supported way to see a signal. A process that ends by one has the
 * status 128 + signal, unless the hook itself ends it: stopped as asked is a success.
 */
final class SignalStop {
  private static final System.Logger LOG = System.getLogger("sluice");

  private final Thread hook = Thread.ofPlatform().name("stop").unstarted(this::stopAndEnd);

  /** Null while it is starting. */
  private volatile @Nullable Server server;

  private SignalStop() {}

  /**
   * Arranges that a signal ends the process from now on: at once while nothing is served, so before
   * the start begins to load.
   */
  static SignalStop arrange() {
    SignalStop stop = new SignalStop();
    Runtime.getRuntime().addShutdownHook(stop.hook);
    return stop;
  }

  /** From now on a signal stops this server, and then ends the process. */
  void serving(Server started) {
    server = started;
  }

  /** Stops the server without a signal. */
  void stopNow() throws InterruptedException {
    withdraw();
    Server running = server;
    if (running != null) {
      running.stop();
    }
  }

  /** Lets signals, and {@link System#exit}, do again what they do without this. */
  void withdraw() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      // A signal came first: its hook ends the process.
    }
  }

  /** Waits for a signal; does not return. */
  void await() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  private void stopAndEnd() {
    Server running = server;
    LOG.log(
        Level.INFO,
        running == null
            ? "Stopping: nothing is served yet"
            : "Stopping: requests under way may finish; another signal ends the waiting");
    int status = Main.FAILURE; // unless the stop comes to its end
    try {
      if (running != null) {
        FurtherSignals.onEach(running::hurry);
        running.stop();
      }
      status = 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error bug) {
      LOG.log(Level.ERROR, "The stop failed; what still runs ends with the process", bug);
    } finally {
      System.err.flush();
      ProcessEnd.now(status);
    }
  }
}
