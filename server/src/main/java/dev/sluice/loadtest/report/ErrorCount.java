package dev.sluice.loadtest.report;

/**
 * How often calls failed in one way.
 *
 * @param code a gRPC code, {@code HTTP 503}, {@code CONNECTION}, {@code UNFINISHED} or {@link
 *     #WRONG}
 * @param example what was said the first time
 */
public record ErrorCount(String code, long count, String example) {
  /** The code of answers that were no errors, but not right. */
  public static final String WRONG = "WRONG";

  /** Returns true for answers that were no errors, but not right. */
  public boolean isWrong() {
    return code.equals(WRONG);
  }
}
