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
 * <p>Wish and reality are brought together step by step: a version that is wanted again while it is
 * still being unloaded stays unwanted until it has gone, and is then made anew; everything else of
 * the wish goes ahead meanwhile. Touched by the manager's thread only.
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
      boolean wanted = wish.containsKey(version.id().version()) && !isLeaving(version);
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

  /** A version on its way out is not wanted back; nor is one that failed at another place. */
  private boolean isLeaving(ManagedVersion version) {
    boolean moved = !version.version.equals(wish.get(version.id().version()));
    return switch (version.phase()) {
      case NEW, READY -> false;
      case LOAD_REQUESTED, LOADING -> moved && version.cancelRetry != null;
      case DRAINING, UNLOADING, DISABLED -> true;
      case ERROR -> moved;
    };
  }

  private static boolean isForgettable(ManagedVersion version) {
    return !version.aspired && (version.phase() == Phase.NEW || version.phase().isEnd());
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
