package dev.sluice.config;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;

/**
 * A configuration that cannot be used. The message is for the operator, one line; it names the flag
 * or the file, the place in it, what was found and what was expected.
 */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Code code;

  ConfigException(Code code, String message) {
    super(message);
    this.code = code;
  }

  /** Returns a failure of the kind that most are. */
  public static ConfigException invalid(String message) {
    return new ConfigException(Code.INVALID_ARGUMENT, message);
  }

  static ConfigException of(ServingException failure) {
    return new ConfigException(failure.code(), failure.text());
  }

  /** Returns what kind of failure it is, for {@code Failed to start server. Error: <CODE>: …}. */
  public Code code() {
    return code;
  }

  /** Returns the message; never null. */
  public String text() {
    String message = getMessage();
    return message == null ? "" : message;
  }
}
