package dev.sluice.lifecycle;

import dev.sluice.source.Fingerprint;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

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
    look(
        checks,
        manager,
        () -> fingerprint.of(version.version),
        found -> checked(version, tried, found),
        () -> version.checkingRepair = false);
  }

  /**
   * Looks at something on a thread of its own.
   *
   * @param found is told what was found, on the manager's thread
   * @param failed is called there instead if the system gives no thread now, or the look fails: the
   *     next report asks again
   */
  static <T> void look(
      Executor checks, Executor manager, Supplier<T> look, Consumer<T> found, Runnable failed) {
    try {
      checks.execute(
          () -> {
            T result;
            try {
              result = look.get();
            } catch (RuntimeException | Error bug) {
              manager.execute(failed);
              throw bug;
            }
            manager.execute(() -> found.accept(result));
          });
    } catch (OutOfMemoryError noThread) {
      failed.run();
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
