package dev.sluice.client.status;

/**
 * A version of a model, as a server tells it.
 *
 * @param state by TensorFlow Serving's names: LOADING, AVAILABLE, UNLOADING or END
 * @param reason why it cannot be used; empty if it can, or if it is gone as it should be
 * @param engine what runs it; empty if that is not known
 */
public record VersionState(
    String model, String version, String state, String reason, String engine) {
  static final String AVAILABLE = "AVAILABLE";
  static final String LOADING = "LOADING";
  static final String UNLOADING = "UNLOADING";
  static final String END = "END";

  /** Returns true if it can be used. */
  public boolean isAvailable() {
    return state.equals(AVAILABLE);
  }

  /** Returns true if it is there, or soon will be. */
  public boolean isWanted() {
    return state.equals(AVAILABLE) || state.equals(LOADING);
  }

  /** Returns true if it has ended without being to blame. */
  boolean isGone() {
    return state.equals(END) && reason.isEmpty();
  }

  String title() {
    return "%s, version %s".formatted(model, version);
  }
}
