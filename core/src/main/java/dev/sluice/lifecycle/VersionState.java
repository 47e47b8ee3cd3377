package dev.sluice.lifecycle;

/** The states of GetModelStatus, with its numbers (lifecycle.md §1). */
public enum VersionState {
  /** Noticed; nothing has been done yet. */
  START(10),
  /** Being loaded, through all retries and warm-up. */
  LOADING(20),
  /** In the serving map. */
  AVAILABLE(30),
  /** About to leave the serving map, or already out of it; running requests finish. */
  UNLOADING(40),
  /** Unloaded, or failed. */
  END(50);

  private final int number;

  VersionState(int number) {
    this.number = number;
  }

  /** Returns the number on the wire. */
  public int number() {
    return number;
  }
}
