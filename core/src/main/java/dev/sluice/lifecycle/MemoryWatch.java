package dev.sluice.lifecycle;

import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Notices that there is memory again for a version that was refused for want of it.
 *
 * <p>Checked with every report of the source, like {@linkplain RepairWatch repairs}; there must be
 * enough at two checks in a row, so that a moment between two others' loads is not taken for it.
 * Runs on the manager's thread; memory is read on threads of their own.
 */
final class MemoryWatch {
  private static final int LOOKS = 2;

  private final MemoryGuard memory;
  private final Executor checks;
  private final Executor manager;
  private final Consumer<ManagedVersion> returned;

  /**
   * Creates a watch.
   *
   * @param returned is called on the manager's thread; the version may have moved on meanwhile
   */
  MemoryWatch(
      MemoryGuard memory, Executor checks, Executor manager, Consumer<ManagedVersion> returned) {
    this.memory = memory;
    this.checks = checks;
    this.manager = manager;
    this.returned = returned;
  }

  void check(ManagedVersion version) {
    long estimate = version.refusedBytes;
    if (estimate == 0 || version.checkingMemory || !RepairWatch.concerns(version)) {
      return;
    }
    version.checkingMemory = true;
    RepairWatch.look(
        checks,
        manager,
        () -> memory.fits(version.version, estimate),
        fits -> checked(version, estimate, fits),
        () -> version.checkingMemory = false);
  }

  private void checked(ManagedVersion version, long estimate, boolean fits) {
    version.checkingMemory = false;
    if (version.refusedBytes != estimate || !RepairWatch.concerns(version)) {
      return;
    }
    version.looksWithMemory = fits ? version.looksWithMemory + 1 : 0;
    if (version.looksWithMemory >= LOOKS) {
      returned.accept(version);
    }
  }
}
