package dev.sluice.lifecycle;

/**
 * Where one incarnation of a version stands, as the manager and its policy see it.
 *
 * <pre>
 *   NEW ──► LOAD_REQUESTED ──► LOADING ──► READY ──► DRAINING ──► UNLOADING ──► DISABLED
 *    │            │               │                                  ▲
 *    │            │               ├──────────────────────────────────┘   no longer wanted
 *    └────────────┴───────────────┴──► ERROR, or DISABLED if no longer wanted
 * </pre>
 *
 * <p>A retry does not leave LOADING: the version shows so until it succeeds or gives up.
 */
public enum Phase {
  /** Noticed, nothing done yet. */
  NEW(VersionState.START),
  /** Waits for a thread and for memory. */
  LOAD_REQUESTED(VersionState.START),
  /** Is being loaded, or waits for its next try. */
  LOADING(VersionState.LOADING),
  /** In the serving map. */
  READY(VersionState.AVAILABLE),
  /** Taken out of the serving map; the last requests finish. */
  DRAINING(VersionState.UNLOADING),
  /** Being freed. */
  UNLOADING(VersionState.UNLOADING),
  /** Gone, as wished. */
  DISABLED(VersionState.END),
  /** Gave up. */
  ERROR(VersionState.END);

  private final VersionState state;

  Phase(VersionState state) {
    this.state = state;
  }

  /** Returns what clients see. */
  public VersionState state() {
    return state;
  }

  /** Returns true if nothing is loaded and nothing is under way. */
  public boolean isEnd() {
    return this == DISABLED || this == ERROR;
  }

  boolean mayBecome(Phase next) {
    return switch (this) {
      case NEW -> next == LOAD_REQUESTED || next.isEnd();
      case LOAD_REQUESTED -> next == LOADING || next.isEnd();
      case LOADING -> next == READY || next == UNLOADING || next.isEnd();
      case READY -> next == DRAINING;
      case DRAINING -> next == UNLOADING;
      case UNLOADING -> next.isEnd();
      case DISABLED, ERROR -> false;
    };
  }
}
