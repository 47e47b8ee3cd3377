package dev.sluice.client.tensor;

/** Values that cannot be made, read or written. The message is for the user, one line. */
public final class InputException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Creates one. */
  public InputException(String message) {
    super(message);
  }
}
