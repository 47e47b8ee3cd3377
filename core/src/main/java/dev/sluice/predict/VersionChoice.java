package dev.sluice.predict;

/** Which version of a model a request wants (grpc.md §3). */
public sealed interface VersionChoice {
  /** The highest version that is available. */
  VersionChoice LATEST = new Latest();

  /** The highest version that is available. */
  record Latest() implements VersionChoice {}

  /** Exactly this version. */
  record Specific(long version) implements VersionChoice {}

  /** The version that a label of the model points to. */
  record Labelled(String label) implements VersionChoice {}
}
