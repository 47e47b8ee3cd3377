package dev.sluice.lifecycle;

import java.util.List;
import java.util.Optional;

/**
 * Decides in which order the versions of one model come and go. Pure: the same snapshots give the
 * same answer, so a test needs no threads.
 */
@FunctionalInterface
public interface VersionPolicy {
  /** Returns what to do next for one model, given all of its versions, or empty to wait. */
  Optional<Action> next(List<VersionSnapshot> versions);
}
