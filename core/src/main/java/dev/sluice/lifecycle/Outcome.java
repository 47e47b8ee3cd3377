package dev.sluice.lifecycle;

import dev.sluice.servable.ServableId;

/** How waiting for a model ended. */
public sealed interface Outcome {
  /** What ends a wait, besides a version that is available. */
  enum Until {
    /**
     * Every wanted version has failed its first try, or no version is wanted. A bad model with many
     * retries does not hold up a start.
     */
    FIRST_TRY,
    /** One wanted version has ended in an error, after all its retries (lifecycle.md §8). */
    END
  }

  /** A version is available, the highest of those. */
  record Available(ServableId id) implements Outcome {}

  /** No version is available; the status is that of the highest that failed. */
  record Failed(VersionStatus status) implements Outcome {}

  /** No version is wanted. */
  record NoVersions() implements Outcome {}

  /** The time ran out, or the model was never reported. */
  record Pending() implements Outcome {}
}
