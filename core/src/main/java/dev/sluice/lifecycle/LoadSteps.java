package dev.sluice.lifecycle;

import dev.sluice.metrics.VersionMetrics;
import dev.sluice.servable.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Brings versions from NEW to a loaded servable, or to their end: tries, retries, cancels.
 *
 * <p>Runs on the manager's thread only; the tries themselves run on load threads. A version that is
 * being loaded is always in exactly one of these situations: a try is queued or running ({@code
 * attempt}), it waits for its next try ({@code cancelRetry}), or it waits for memory.
 */
final class LoadSteps {
  private static final Health CANCELLED =
      new Health(Code.CANCELLED, "Loading of servable cancelled");

  /** What happens to a version in consequence of a step. */
  interface Events {
    /** Its status is to be published. */
    void changed(ManagedVersion version);

    /** A servable was loaded for it; it may have become unwanted meanwhile. */
    void loaded(ManagedVersion version);

    /** A try has ended: its model, and versions that wait for memory, need another look. */
    void settle(ManagedVersion version);

    /** Returns true if another version may soon give back memory. */
    boolean memoryMayBeFreed(ManagedVersion version);
  }

  private final ManagerOptions options;
  private final LoadAttempt.Tools tools;
  private final Timer timer;
  private final Executor loadThreads;
  private final Executor manager;
  private final Events events;
  private final List<ManagedVersion> waitingForMemory = new ArrayList<>();

  LoadSteps(
      ManagerOptions options,
      LoadAttempt.Tools tools,
      Timer timer,
      Executor loadThreads,
      Executor manager,
      Events events) {
    this.options = options;
    this.tools = tools;
    this.timer = timer;
    this.loadThreads = loadThreads;
    this.manager = manager;
    this.events = events;
  }

  /** Begins to load a version that is NEW. */
  void request(ManagedVersion version) {
    version.become(Phase.LOAD_REQUESTED);
    submit(version);
  }

  /**
   * Gives up a version that is not wanted any more, unless a try is running: that one is freed or
   * forgotten when it ends, or taken over if the version is wanted again by then.
   */
  void cancel(ManagedVersion version) {
    if (version.phase() == Phase.NEW) {
      end(version, Health.OK);
    } else if (version.attempt != null && version.attempt.cancel()) {
      version.attempt = null;
      end(version, version.lastAttempt.isOk() ? CANCELLED : version.lastAttempt);
    } else if (version.cancelRetry != null) {
      cancelRetry(version);
      end(version, version.lastAttempt);
    } else if (version.waitsForMemory) {
      version.waitsForMemory = false;
      waitingForMemory.remove(version);
      end(version, CANCELLED);
    }
  }

  /** Tries again at once, with all retries ahead, a version that waits for its next try. */
  void retryNow(ManagedVersion version) {
    cancelRetry(version);
    version.failures = 0;
    submit(version);
  }

  /** Tries again what waits for memory. */
  void retryWaitingForMemory() {
    List<ManagedVersion> waiting = List.copyOf(waitingForMemory);
    waitingForMemory.clear();
    for (ManagedVersion version : waiting) {
      version.waitsForMemory = false;
      submit(version);
    }
  }

  private void cancelRetry(ManagedVersion version) {
    Runnable cancel = version.cancelRetry;
    if (cancel == null) {
      throw new IllegalStateException("no retry to cancel: " + version.id());
    }
    version.cancelRetry = null;
    cancel.run();
  }

  private void submit(ManagedVersion version) {
    LoadAttempt attempt =
        new LoadAttempt(
            version.version,
            tools,
            () -> manager.execute(() -> began(version)),
            result -> manager.execute(() -> ended(version, result)));
    version.attempt = attempt;
    try {
      loadThreads.execute(attempt);
    } catch (OutOfMemoryError noThread) {
      attempt.refuse(noThread);
    }
  }

  private void began(ManagedVersion version) {
    if (version.phase() == Phase.LOAD_REQUESTED) {
      version.become(Phase.LOADING);
      events.changed(version);
    }
  }

  private void ended(ManagedVersion version, LoadAttempt.Result result) {
    version.attempt = null;
    switch (result) {
      case LoadAttempt.Result.Loaded loaded -> {
        version.lastAttempt = Health.OK;
        ServableLease lease = new ServableLease(version.id(), loaded.servable());
        VersionMetrics metrics = loaded.servable().metrics();
        if (metrics != null) {
          metrics.countInFlight(lease::lent);
        }
        version.loaded = new ManagedVersion.Loaded(loaded.loader(), lease, loaded.reservedBytes());
        events.loaded(version);
      }
      case LoadAttempt.Result.Failed failed -> {
        version.refusedBytes = 0;
        failed(version, failed);
      }
      case LoadAttempt.Result.Refused(var failure, long estimate, long fingerprint) -> {
        version.refusedBytes = estimate;
        version.looksWithMemory = 0;
        // At an end its status says why; memory that comes back is noticed.
        failed(version, new LoadAttempt.Result.Failed(failure, false, fingerprint));
      }
      case LoadAttempt.Result.NoMemory(long bytes) -> {
        if (waitForMemory(version, bytes)) {
          return;
        }
      }
    }
    events.settle(version);
  }

  private void failed(ManagedVersion version, LoadAttempt.Result.Failed failed) {
    version.failures++;
    version.lastAttempt = Health.of(failed.failure());
    version.triedFingerprint = failed.fingerprint();
    version.seenFingerprint = null;
    if (!version.aspired || !failed.mayChange() || version.failures > options.maxLoadRetries()) {
      end(version, version.lastAttempt);
      return;
    }
    events.changed(version);
    if (options.loadRetryInterval().isPositive()) {
      Retry retry = new Retry(version);
      Runnable cancelTimer =
          timer.schedule(options.loadRetryInterval(), () -> manager.execute(retry));
      version.cancelRetry =
          () -> {
            retry.cancelled = true;
            cancelTimer.run();
          };
    } else {
      submit(version);
    }
  }

  /** Returns false if the version ended instead. */
  private boolean waitForMemory(ManagedVersion version, long bytes) {
    if (!version.aspired) {
      end(version, CANCELLED);
      return false;
    }
    if (tools.budget().fits(bytes)) {
      submit(version);
      return true;
    }
    if (events.memoryMayBeFreed(version)) {
      version.waitsForMemory = true;
      waitingForMemory.add(version);
      return true;
    }
    Health health =
        new Health(
            Code.RESOURCE_EXHAUSTED, "Insufficient resources to load servable " + version.id());
    version.lastAttempt = health;
    end(version, health);
    return false;
  }

  private void end(ManagedVersion version, Health health) {
    boolean asWished = health.isOk() || health.equals(CANCELLED);
    version.become(asWished ? Phase.DISABLED : Phase.ERROR, health);
    events.changed(version);
  }

  /** A retry that may be due; a cancelled one does nothing even if its timer has fired. */
  private final class Retry implements Runnable {
    private final ManagedVersion version;
    private boolean cancelled;

    Retry(ManagedVersion version) {
      this.version = version;
    }

    @Override
    public void run() {
      if (!cancelled) {
        version.cancelRetry = null;
        submit(version);
      }
    }
  }
}
