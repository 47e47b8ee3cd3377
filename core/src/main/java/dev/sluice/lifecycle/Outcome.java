package dev.sluice.lifecycle;

import dev.sluice.servable.ServableId;

/** How waiting for a model ended. */
public sealed interface Outcome {
  /** What ends a wait. */
  enum Until {
    /**
     * A version is available, every wanted version has failed its first try, or no version is
     * wanted. A bad model with many retries does not hold up a start.
     */
    FIRST_TRY,
    /**
     * The highest wanted version is available or has ended in an error, after all its retries
     * (lifecycle.md §8): what the reference, which loads that one first, sees first.
     */
    END,
    /** As {@link #END}, or no version is wanted: nobody waits for one that may never come. */
    END_OR_NONE
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
