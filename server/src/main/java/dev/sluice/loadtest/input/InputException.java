package dev.sluice.loadtest.input;

/** Values that cannot be made, read or written. The message is for the user, one line. */
public final class InputException extends Exception {
  private static final long serialVersionUID = 1L;

  InputException(String message) {
    super(message);
  }
}
