package dev.sluice.check;

/**
 * Something that the operator should know before the server does.
 *
 * @param text of one line, or of several if places in a file are shown
 */
public record Finding(Severity severity, String text) {
  /** How bad it is. */
  public enum Severity {
    /** The server does not start, or something that is configured is not served. */
    ERROR,
    /** It is hardly meant so. */
    WARNING
  }

  /** Returns an error. */
  public static Finding error(String text) {
    return new Finding(Severity.ERROR, text);
  }

  /** Returns a warning. */
  public static Finding warning(String text) {
    return new Finding(Severity.WARNING, text);
  }
}
