package dev.sluice.lifecycle;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Keeps an old version serving until a new one is ready (lifecycle.md §4).
 *
 * <p>The last version that serves is unloaded only if nothing is wanted any more, so a bad new
 * version costs nothing but its own start; in return two versions share the memory for a while.
 */
public final class AvailabilityPreservingPolicy implements VersionPolicy {
  @Override
  public Optional<Action> next(List<VersionSnapshot> versions) {
    boolean anyAspired = false;
    boolean aspiredReady = false;
    int unwantedReady = 0;
    for (VersionSnapshot version : versions) {
      boolean ready = version.phase() == Phase.READY;
      anyAspired |= version.aspired();
      aspiredReady |= version.aspired() && ready;
      unwantedReady += !version.aspired() && ready ? 1 : 0;
    }
    if (unwantedReady > 0 && (!anyAspired || aspiredReady || unwantedReady > 1)) {
      return versions.stream()
          .filter(version -> !version.aspired() && version.phase() == Phase.READY)
          .min(Comparator.comparingLong(VersionSnapshot::version))
          .map(version -> new Action.Unload(version.version()));
    }
    return highestNew(versions);
  }

  static Optional<Action> highestNew(List<VersionSnapshot> versions) {
    return versions.stream()
        .filter(version -> version.aspired() && version.phase() == Phase.NEW)
        .max(Comparator.comparingLong(VersionSnapshot::version))
        .map(version -> new Action.Load(version.version()));
  }
}
