package dev.sluice.engine.pytorch;

/** What libtorch threw, in its own words. */
final class TorchException extends Exception {
  private static final long serialVersionUID = 1L;

  TorchException(String text) {
    // A client must not be able to make the server fill in stack traces.
    super(text, null, false, false);
  }

  /** Returns libtorch's words, often many lines. */
  String text() {
    return String.valueOf(getMessage());
  }
}
