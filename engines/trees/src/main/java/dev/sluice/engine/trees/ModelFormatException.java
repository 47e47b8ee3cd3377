package dev.sluice.engine.trees;

import java.io.IOException;

/** A file is damaged, or holds a model that cannot be served; the message says what was wrong. */
final class ModelFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  ModelFormatException(String message) {
    super(message);
  }
}
