package dev.sluice.api.wire;

/**
 * The bytes are no message of the expected type: cut off, garbage, or invalid UTF-8 in a string.
 *
 * <p>Clients learn no more than that (grpc.md §1), so there is no text, and no stack trace that a
 * client could make the server fill in thousands a second.
 */
public final class MalformedMessageException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public MalformedMessageException() {
    super(null, null, false, false);
  }
}
