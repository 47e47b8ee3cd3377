package dev.sluice.servable;

import dev.sluice.metrics.Refusal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A failure that may happen in a healthy server: a bad request, a model that does not load.
 *
 * <p>The message goes to the client: it says what was expected and found, for which model, version
 * and tensor, never the contents. Carries no stack trace, since a client must not be able to make
 * the server fill in thousands a second.
 */
public final class ServingException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Code code;
  private final Duration retryAfter;
  private final @Nullable Refusal refusal;

  /** Creates a failure; {@code code} is not {@link Code#OK}. */
  public ServingException(Code code, String message) {
    this(code, message, Duration.ZERO, null);
  }

  /**
   * Creates a failure that another try may not meet.
   *
   * @param code not {@link Code#OK}
   * @param retryAfter when that may be worth while; zero if nobody knows
   * @param refusal as what it is counted; null if that is plain from the code and from how far the
   *     request came
   */
  public ServingException(
      Code code, String message, Duration retryAfter, @Nullable Refusal refusal) {
    super(message, null, false, false);
    if (code == Code.OK) {
      throw new IllegalArgumentException("OK is no failure");
    }
    this.code = code;
    this.retryAfter = retryAfter;
    this.refusal = refusal;
  }

  /** Returns an INVALID_ARGUMENT failure. */
  public static ServingException invalidArgument(String message) {
    return new ServingException(Code.INVALID_ARGUMENT, message);
  }

  /** Returns what kind of failure it is. */
  public Code code() {
    return code;
  }

  /** Returns after how long another try may be worth while; zero if nobody knows. */
  public Duration retryAfter() {
    return retryAfter;
  }

  /** Returns as what it is counted among the requests turned away, if it says so itself. */
  public @Nullable Refusal refusal() {
    return refusal;
  }

  /** Returns the text for the client; never null. */
  public String text() {
    String message = getMessage();
    return message == null ? "" : message;
  }

  /** Returns {@code CODE: message}, for logs and for messages that quote this one. */
  public String codeAndText() {
    return code + ": " + text();
  }
}
