package dev.sluice.lifecycle;

import dev.sluice.servable.ServableId;
import java.util.Objects;

/**
 * What is known of one version, the latest incarnation of it.
 *
 * @param health not OK only in END, after a failure (lifecycle.md §1)
 * @param lastAttempt how the last try to load ended; not OK also while the version is LOADING and
 *     waits for its next try
 */
public record VersionStatus(ServableId id, VersionState state, Health health, Health lastAttempt) {
  public VersionStatus {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(health, "health");
    Objects.requireNonNull(lastAttempt, "lastAttempt");
  }
}
