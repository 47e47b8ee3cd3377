package dev.sluice.lifecycle;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.util.Objects;

/**
 * Whether something went wrong, and what.
 *
 * @param message empty if all is well
 */
public record Health(Code code, String message) {
  /** All is well. */
  public static final Health OK = new Health(Code.OK, "");

  public Health {
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(message, "message");
  }

  static Health of(ServingException failure) {
    return new Health(failure.code(), failure.text());
  }

  /** Returns true if nothing went wrong. */
  public boolean isOk() {
    return code == Code.OK;
  }

  @Override
  public String toString() {
    return message.isEmpty() ? code.toString() : code + ": " + message;
  }
}
