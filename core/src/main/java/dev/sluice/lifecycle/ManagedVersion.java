package dev.sluice.lifecycle;

import dev.sluice.engine.Loader;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServableId;
import org.jspecify.annotations.Nullable;

/**
 * One incarnation of a version: its phase (transitions: see {@link Phase}) and what hangs on it.
 *
 * <p>Touched by the manager's thread only.
 */
final class ManagedVersion {
  /** What there is while the version is loaded. */
  record Loaded(Loader loader, ServableLease lease, long reservedBytes) {}

  final ModelVersion version;
  boolean aspired = true;

  /** The try that is queued or running. */
  @Nullable LoadAttempt attempt;

  /** Cancels the wait for the next try; null if the version is not waiting for it. */
  @Nullable Runnable cancelRetry;

  /** True while another version holds the memory that this one needs. */
  boolean waitsForMemory;

  @Nullable Loaded loaded;
  int failures;
  Health lastAttempt = Health.OK;

  /** Fingerprint of the files when the last failed try began. */
  long triedFingerprint;

  /** What the last check for repairs found; null if there was none since the last try. */
  @Nullable Long seenFingerprint;

  boolean checkingRepair;

  /** The estimate of the last try if there was no memory for it; 0 if it failed otherwise. */
  long refusedBytes;

  boolean checkingMemory;

  /** How many checks in a row have found so much. */
  int looksWithMemory;

  private Phase phase = Phase.NEW;
  private Health health = Health.OK;

  ManagedVersion(ModelVersion version) {
    this.version = version;
  }

  ServableId id() {
    return version.id();
  }

  Phase phase() {
    return phase;
  }

  void become(Phase next) {
    become(next, Health.OK);
  }

  void become(Phase next, Health newHealth) {
    if (!phase.mayBecome(next)) {
      throw new IllegalStateException(
          "Illegal request to transition from state %s to %s: %s".formatted(phase, next, id()));
    }
    phase = next;
    health = newHealth;
  }

  VersionStatus status() {
    return new VersionStatus(id(), phase.state(), health, lastAttempt);
  }

  VersionSnapshot snapshot() {
    return new VersionSnapshot(id().version(), phase, aspired);
  }

  Loaded requireLoaded() {
    if (loaded == null) {
      throw new IllegalStateException("not loaded: " + id() + " in " + phase);
    }
    return loaded;
  }
}
