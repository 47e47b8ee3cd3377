package dev.sluice.lifecycle;

/** What a policy wants done next. */
public sealed interface Action {
  /** Load a version that is {@link Phase#NEW}. */
  record Load(long version) implements Action {}

  /** Unload a version that is {@link Phase#READY}. */
  record Unload(long version) implements Action {}
}
