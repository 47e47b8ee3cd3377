package dev.sluice.lifecycle;

import dev.sluice.servable.Code;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Brings versions from READY to their end: out of the serving table, drained, freed.
 *
 * <p>Runs on the manager's thread only. Draining waits on a virtual thread of its own for as long
 * as it takes, and freeing happens on an unload thread, so a stuck request delays no other version.
 */
final class UnloadSteps {
  private static final Duration DRAIN_TURN = Duration.ofHours(1);
  private static final Health CANCELLED =
      new Health(Code.CANCELLED, "Loading of servable cancelled");

  private final ServingTable serving;
  private final MemoryBudget budget;
  private final Workers workers;
  private final Executor manager;
  private final Consumer<ManagedVersion> changed;
  private final Consumer<ManagedVersion> settle;

  /**
   * Creates the steps.
   *
   * @param changed publishes a version's status
   * @param settle is called when a version has ended
   */
  UnloadSteps(
      ServingTable serving,
      MemoryBudget budget,
      Workers workers,
      Executor manager,
      Consumer<ManagedVersion> changed,
      Consumer<ManagedVersion> settle) {
    this.serving = serving;
    this.budget = budget;
    this.workers = workers;
    this.manager = manager;
    this.changed = changed;
    this.settle = settle;
  }

  /** Begins to unload a version that is READY. */
  void request(ManagedVersion version) {
    version.become(Phase.DRAINING);
    changed.accept(version);
    ServableLease lease = version.requireLoaded().lease();
    serving.remove(lease);
    workers.waits().execute(() -> drain(version, lease));
  }

  /** Frees what was loaded for a version that was not wanted any more when its load ended. */
  void discard(ManagedVersion version) {
    version.become(Phase.UNLOADING);
    free(version, CANCELLED);
  }

  private void drain(ManagedVersion version, ServableLease lease) {
    try {
      boolean drained = false;
      while (!drained) {
        drained = lease.drain(DRAIN_TURN);
      }
      manager.execute(() -> drained(version));
    } catch (InterruptedException e) {
      // The manager has stopped with requests still running: what they use stays loaded.
      Thread.currentThread().interrupt();
    }
  }

  private void drained(ManagedVersion version) {
    version.become(Phase.UNLOADING);
    free(version, Health.OK);
  }

  private void free(ManagedVersion version, Health health) {
    ManagedVersion.Loaded loaded = version.requireLoaded();
    Runnable work =
        () -> {
          Health end = health;
          try {
            LoadAttempt.free(loaded.loader(), loaded.lease().servable());
          } catch (Throwable t) {
            // Engines are foreign code; the version is gone all the same.
            end = Health.of(LoadAttempt.internal(t));
          }
          Health how = end;
          manager.execute(() -> freed(version, how));
        };
    try {
      workers.unloads().execute(work);
    } catch (OutOfMemoryError noThread) {
      // Rather hold a carrier for a while than the model's memory for ever.
      workers.waits().execute(work);
    }
  }

  private void freed(ManagedVersion version, Health health) {
    budget.release(version.requireLoaded().reservedBytes());
    version.loaded = null;
    version.become(Phase.DISABLED, health);
    changed.accept(version);
    settle.accept(version);
  }
}
