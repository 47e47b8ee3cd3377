package dev.sluice.main;

import dev.sluice.config.ConfigException;
import dev.sluice.config.ModelsConfig;
import dev.sluice.servable.ServingException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Reads the list of models again and again and applies it (config.md §5), also if it has not
 * changed: what a request has changed in between lasts until the next look.
 *
 * <p>A list that cannot be used changes nothing; the reason is logged when it first applies and not
 * again before it has ceased to. Runs on a virtual thread of its own.
 */
final class ModelsPoll implements AutoCloseable {
  private final ModelsOrigin origin;
  private final Duration period;
  private final ModelReload reload;
  private final Log log;

  /** One permit for each look that somebody has asked for, or for the end. */
  private final Semaphore turns = new Semaphore(0);

  private volatile boolean closed;

  /** The last reason logged; empty if all was well. The polling thread's. */
  private String reason = "";

  /** Where lines for the operator go. */
  record Log(Consumer<String> info, Consumer<String> error) {}

  ModelsPoll(ModelsOrigin origin, Duration period, ModelReload reload, Log log) {
    this.origin = origin;
    this.period = period;
    this.reload = reload;
    this.log = log;
  }

  /** Begins: looks at once, then once a period. */
  void start() {
    Thread.ofVirtual().name("models-poll").start(this::run);
  }

  private void run() {
    try {
      while (!closed) {
        look();
        if (turns.tryAcquire(TimeUnit.NANOSECONDS.convert(period), TimeUnit.NANOSECONDS)
            && !closed) {
          origin.hurry().run();
        }
      }
    } catch (InterruptedException e) {
      // Nobody else knows this thread; an interrupt can only mean that it should end.
      Thread.currentThread().interrupt();
    }
  }

  /** Makes the next look come at once; it does not wait to see whether somebody still writes. */
  void hurry() {
    turns.release();
  }

  /** Looks once. */
  void look() {
    String problem = "";
    try {
      ModelsConfig next = origin.reader().read(reload.current());
      if (reload.apply(next)) {
        log.info.accept("%s: now serving %d models".formatted(origin.name(), next.models().size()));
      }
    } catch (ConfigException e) {
      problem = "Failed to read %s: %s".formatted(origin.kind(), e.text());
    } catch (ServingException e) {
      problem =
          "PollFilesystemAndReloadConfig failed to ReloadConfig: %s (%s)"
              .formatted(e.text(), origin.name());
    } catch (RuntimeException | Error bug) {
      // The root of this thread: the next look may find something better.
      problem = "PollFilesystemAndReloadConfig failed: %s (%s)".formatted(bug, origin.name());
    }
    if (!problem.isEmpty() && !problem.equals(reason)) {
      log.error.accept(problem);
    }
    reason = problem;
  }

  /** Ends after a look that may be under way. */
  @Override
  public void close() {
    closed = true;
    turns.release();
  }
}
