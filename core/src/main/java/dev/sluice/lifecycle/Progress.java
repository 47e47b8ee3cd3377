package dev.sluice.lifecycle;

import java.util.List;
import java.util.Optional;

/**
 * How far the present versions of one model are, without those of earlier wishes.
 *
 * @param versions in descending order
 */
record Progress(List<VersionStatus> versions) {
  Progress {
    versions = List.copyOf(versions);
  }

  /** Returns how a wait for the model ends, or empty if it goes on. */
  Optional<Outcome> outcome(Outcome.Until until) {
    return switch (until) {
      case FIRST_TRY -> firstTry();
      case END -> end();
      case END_OR_NONE -> versions.isEmpty() ? Optional.of(new Outcome.NoVersions()) : end();
    };
  }

  private Optional<Outcome> end() {
    return versions.stream().findFirst().flatMap(Progress::end);
  }

  private static Optional<Outcome> end(VersionStatus highest) {
    if (highest.state() == VersionState.AVAILABLE) {
      return Optional.of(new Outcome.Available(highest.id()));
    }
    return endedBadly(highest) ? Optional.of(new Outcome.Failed(highest)) : Optional.empty();
  }

  private Optional<Outcome> firstTry() {
    for (VersionStatus status : versions) {
      if (status.state() == VersionState.AVAILABLE) {
        return Optional.of(new Outcome.Available(status.id()));
      }
    }
    if (versions.isEmpty()) {
      return Optional.of(new Outcome.NoVersions());
    }
    boolean allFailed = versions.stream().noneMatch(status -> status.lastAttempt().isOk());
    return allFailed ? Optional.of(new Outcome.Failed(versions.getFirst())) : Optional.empty();
  }

  private static boolean endedBadly(VersionStatus status) {
    return status.state() == VersionState.END && !status.health().isOk();
  }
}
