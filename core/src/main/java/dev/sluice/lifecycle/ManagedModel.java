package dev.sluice.lifecycle;

import dev.sluice.servable.ModelVersion;
import dev.sluice.source.AspiredVersions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * One model: what its source wants, and the versions that are managed.
 *
 * <p>Wish and reality are brought together step by step. A version that is wanted again while it is
 * still being unloaded counts as wanted, so that the last version that serves is not given up in
 * its favour; once it has gone it is made anew, and everything else of the wish goes ahead
 * meanwhile. Touched by the manager's thread only.
 */
final class ManagedModel {
  private final Map<Long, ModelVersion> wish = new HashMap<>();
  private final NavigableMap<Long, ManagedVersion> versions = new TreeMap<>();

  /** Takes a new wish; {@link #reconcile} carries it out. */
  void wish(AspiredVersions aspired) {
    wish.clear();
    for (ModelVersion version : aspired.versions()) {
      wish.put(version.id().version(), version);
    }
  }

  /** What a reconciliation changed; the caller publishes and cancels. */
  record Changes(List<ManagedVersion> noticed, List<ManagedVersion> unwanted) {}

  /**
   * Marks what is wanted and what is not any more, forgets what has ended and is not wanted, and
   * notices what is new.
   */
  Changes reconcile() {
    List<ManagedVersion> unwanted = new ArrayList<>();
    for (ManagedVersion version : versions.values()) {
      boolean wanted = wish.containsKey(version.id().version()) && !isSuperseded(version);
      if (version.aspired && !wanted) {
        unwanted.add(version);
      }
      version.aspired = wanted;
    }
    versions.values().removeIf(ManagedModel::isForgettable);
    List<ManagedVersion> noticed = new ArrayList<>();
    wish.forEach(
        (number, wanted) -> {
          if (!versions.containsKey(number)) {
            ManagedVersion version = new ManagedVersion(wanted);
            versions.put(number, version);
            noticed.add(version);
          }
        });
    return new Changes(noticed, unwanted);
  }

  /** Returns true if a version failed at one place and is now wanted from another. */
  private boolean isSuperseded(ManagedVersion version) {
    boolean failed = version.phase() == Phase.ERROR || version.cancelRetry != null;
    return failed && !version.version.equals(wish.get(version.id().version()));
  }

  private static boolean isForgettable(ManagedVersion version) {
    return switch (version.phase()) {
      case DISABLED -> true;
      case NEW, ERROR -> !version.aspired;
      case LOAD_REQUESTED, LOADING, READY, DRAINING, UNLOADING -> false;
    };
  }

  /** Forgets a version that failed, so that it is noticed afresh if it is wanted. */
  void forget(ManagedVersion version) {
    versions.remove(version.id().version(), version);
  }

  boolean manages(ManagedVersion version) {
    return versions.get(version.id().version()) == version;
  }

  ManagedVersion version(long number) {
    ManagedVersion version = versions.get(number);
    if (version == null) {
      throw new IllegalStateException("no version " + number);
    }
    return version;
  }

  /** Returns the managed versions, ascending. */
  List<ManagedVersion> versions() {
    return List.copyOf(versions.values());
  }

  List<VersionSnapshot> snapshots() {
    return versions.values().stream().map(ManagedVersion::snapshot).toList();
  }

  /** Returns true if nothing is managed and nothing is wanted. */
  boolean isGone() {
    return versions.isEmpty() && wish.isEmpty();
  }
}
