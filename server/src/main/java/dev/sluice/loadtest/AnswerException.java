package dev.sluice.loadtest;

/** An answer that is none to a predict request of the signature. */
final class AnswerException extends Exception {
  private static final long serialVersionUID = 1L;

  AnswerException(String message) {
    super(message);
  }
}
