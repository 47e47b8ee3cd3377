package dev.sluice.loadtest.wire;

/**
 * How a call ended.
 *
 * @param code {@code OK}, the name of a gRPC code, {@code HTTP 503}, or one of the constants' codes
 * @param detail what the server or the system said of it, one line; may be empty
 * @param answered false if no answer came: the connection or the wait for it ended
 */
public record Outcome(String code, String detail, boolean answered) {
  /** The one outcome whose answer is worth a look. */
  public static final Outcome OK = new Outcome("OK", "", true);

  /** The load test ended before the answer came. */
  public static final Outcome UNFINISHED =
      new Outcome("UNFINISHED", "no answer when the run ended", false);

  /** The client's own deadline passed. */
  static final Outcome LATE = new Outcome("DEADLINE_EXCEEDED", "no answer in time", true);

  private static final int LONGEST_DETAIL = 300;

  /** Creates an outcome with a detail of one line. */
  public Outcome {
    detail = detail.strip().replaceAll("\\s+", " ");
    if (detail.length() > LONGEST_DETAIL) {
      detail = detail.substring(0, LONGEST_DETAIL) + "…";
    }
  }

  /** Returns the outcome of a call whose connection failed. */
  static Outcome lost(String detail) {
    return new Outcome("CONNECTION", detail, false);
  }

  /** Returns true if the load test did not wait for the end. */
  public boolean isUnfinished() {
    return code.equals(UNFINISHED.code);
  }

  /** Returns true if the server answered, and not with an error. */
  public boolean isOk() {
    return code.equals(OK.code);
  }
}
