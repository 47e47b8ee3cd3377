package dev.sluice.client;

/** A server that is not there, or refuses. The message is for the user. */
public final class ServerException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Creates a failure. */
  public ServerException(String message) {
    super(message);
  }
}
