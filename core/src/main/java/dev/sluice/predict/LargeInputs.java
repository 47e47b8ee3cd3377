package dev.sluice.predict;

/**
 * Says that a call's inputs are too large for the thread that decodes it. The call is to be closed,
 * and the request decoded from its beginning by a thread that may take long.
 */
public final class LargeInputs extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Without a stack: it is a way to go, not a failure. */
  LargeInputs() {
    super("to be decoded on a worker", null, false, false);
  }
}
