package dev.sluice.api.oip;

import dev.sluice.lifecycle.VersionState;
import dev.sluice.lifecycle.VersionStatus;

/**
 * One version of one model in the repository's index.
 *
 * @param reason why it cannot be used; empty if it can
 */
public record RepositoryEntry(String name, String version, State state, String reason) {
  /** The states by Triton's names. */
  public enum State {
    LOADING,
    READY,
    UNLOADING,
    UNAVAILABLE
  }

  static RepositoryEntry of(VersionStatus status) {
    return new RepositoryEntry(
        status.id().model(),
        Long.toString(status.id().version()),
        state(status.state()),
        reason(status));
  }

  private static State state(VersionState state) {
    return switch (state) {
      case START, LOADING -> State.LOADING;
      case AVAILABLE -> State.READY;
      case UNLOADING -> State.UNLOADING;
      case END -> State.UNAVAILABLE;
    };
  }

  private static String reason(VersionStatus status) {
    if (status.state() == VersionState.AVAILABLE) {
      return "";
    }
    if (!status.health().isOk()) {
      return status.health().toString();
    }
    if (!status.lastAttempt().isOk()) {
      return status.lastAttempt().toString();
    }
    return status.state() == VersionState.END ? "unloaded" : "";
  }
}
