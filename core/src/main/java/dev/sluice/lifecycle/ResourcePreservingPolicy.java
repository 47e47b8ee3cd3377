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
    boolean leaving = false;
    for (VersionSnapshot version : versions) {
      if (!version.aspired() && version.phase() == Phase.READY) {
        return Optional.of(new Action.Unload(version.version()));
      }
      leaving |= isLeaving(version);
    }
    return leaving ? Optional.empty() : AvailabilityPreservingPolicy.highestNew(versions);
  }

  /** A version may be wanted again while it is still being unloaded. */
  private static boolean isLeaving(VersionSnapshot version) {
    return switch (version.phase()) {
      case DRAINING, UNLOADING -> true;
      case NEW, LOAD_REQUESTED, LOADING, READY -> !version.aspired();
      case DISABLED, ERROR -> false;
    };
  }
}
