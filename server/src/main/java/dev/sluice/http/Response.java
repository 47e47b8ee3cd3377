package dev.sluice.http;

/**
 * An answer's status line and headers.
 *
 * @param status the status code, such as 404
 * @param contentType the Content-Type, or empty for none
 * @param headers further header lines, each ended by CR LF; usually empty
 */
public record Response(int status, String contentType, String headers) {
  private static final String HTML = "text/html; charset=ISO-8859-1";

  /** Returns a JSON answer without further headers. */
  public static Response json(int status) {
    return new Response(status, "application/json", "");
  }

  /** Returns an answer of the HTTP layer itself. */
  public static Response html(int status) {
    return new Response(status, HTML, "");
  }

  /** Returns a plain text answer. */
  public static Response text(int status) {
    return new Response(status, "text/plain; charset=utf-8", "");
  }
}
