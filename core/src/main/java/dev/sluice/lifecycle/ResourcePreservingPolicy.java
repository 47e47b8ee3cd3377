package dev.sluice.lifecycle;

import java.util.List;
import java.util.Optional;

/**
 * Never holds an old version and a new one together (lifecycle.md §4): for models of which only one
 * fits into memory. The price is a time without any version.
 */
public final class ResourcePreservingPolicy implements VersionPolicy {
  @Override
  public Optional<Action> next(List<VersionSnapshot> versions) {
    boolean unwantedLeft = false;
    for (VersionSnapshot version : versions) {
      if (version.aspired()) {
        continue;
      }
      if (version.phase() == Phase.READY) {
        return Optional.of(new Action.Unload(version.version()));
      }
      unwantedLeft |= !version.phase().isEnd();
    }
    return unwantedLeft ? Optional.empty() : AvailabilityPreservingPolicy.highestNew(versions);
  }
}
