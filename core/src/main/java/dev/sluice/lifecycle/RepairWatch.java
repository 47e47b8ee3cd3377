package dev.sluice.lifecycle;

import dev.sluice.source.Fingerprint;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Notices that the files of a version that failed to load have been repaired.
 *
 * <p>Checked with every report of the source. The files must have changed since the failed try
 * began, and must be the same at two checks in a row, so that a copy under way is left alone. Runs
 * on the manager's thread; fingerprints are taken on threads of their own.
 */
final class RepairWatch {
  private final Fingerprint fingerprint;
  private final Executor checks;
  private final Executor manager;
  private final Consumer<ManagedVersion> repaired;

  /**
   * Creates a watch.
   *
   * @param repaired is called on the manager's thread; the version may have moved on meanwhile
   */
  RepairWatch(
      Fingerprint fingerprint,
      Executor checks,
      Executor manager,
      Consumer<ManagedVersion> repaired) {
    this.fingerprint = fingerprint;
    this.checks = checks;
    this.manager = manager;
    this.repaired = repaired;
  }

  /** Returns true if a version failed and could be tried again now. */
  static boolean concerns(ManagedVersion version) {
    return version.aspired
        && (version.phase() == Phase.ERROR || version.cancelRetry != null)
        && version.failures > 0;
  }

  void check(ManagedVersion version) {
    if (!concerns(version) || version.checkingRepair) {
      return;
    }
    version.checkingRepair = true;
    long tried = version.triedFingerprint;
    boolean begins =
        begins(
            checks,
            () -> {
              long found = fingerprint.of(version.version);
              manager.execute(() -> checked(version, tried, found));
            });
    if (!begins) {
      version.checkingRepair = false; // the next report asks again
    }
  }

  /** Begins a check on a thread of its own; false if the system gives none now. */
  static boolean begins(Executor checks, Runnable check) {
    try {
      checks.execute(check);
      return true;
    } catch (OutOfMemoryError noThread) {
      return false;
    }
  }

  private void checked(ManagedVersion version, long tried, long found) {
    version.checkingRepair = false;
    if (!concerns(version) || version.triedFingerprint != tried) {
      return;
    }
    Long before = version.seenFingerprint;
    version.seenFingerprint = found;
    if (found != tried && before != null && before == found) {
      repaired.accept(version);
    }
  }
}
