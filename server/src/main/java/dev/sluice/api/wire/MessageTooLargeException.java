package dev.sluice.api.wire;

/** A compressed message expands to more than may be held; the text says how much that is. */
public final class MessageTooLargeException extends Exception {
  private static final long serialVersionUID = 1;

  MessageTooLargeException(String message) {
    super(message);
  }
}
