package dev.sluice.auth.verify;

/** A token that is not valid. The message says why, and quotes nothing of it. */
final class InvalidTokenException extends Exception {
  private static final long serialVersionUID = 1L;

  InvalidTokenException(String reason) {
    super(reason, null, false, false);
  }
}
