package dev.sluice.loadtest;

import dev.sluice.client.tensor.InputException;

/** A load test that cannot be made. The message is for the user, one line. */
public final class BenchException extends Exception {
  private static final long serialVersionUID = 1L;

  BenchException(String message) {
    super(message);
  }

  static BenchException of(InputException failure) {
    return new BenchException(String.valueOf(failure.getMessage()));
  }
}
