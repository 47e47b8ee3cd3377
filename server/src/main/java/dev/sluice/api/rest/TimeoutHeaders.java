package dev.sluice.api.rest;

import dev.sluice.http.Exchange;
import dev.sluice.servable.ServingException;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The headers by which a client, or a proxy in front of it, says how long it waits. HTTP has none
 * of its own; of several the earliest end counts.
 */
final class TimeoutHeaders {
  /**
   * A header and the unit of its value.
   *
   * @param decimals whether the value may have a fraction
   */
  private record Header(AsciiString name, double nanos, String unit, boolean decimals) {}

  private static final List<Header> KNOWN =
      List.of(
          new Header(AsciiString.cached("X-Request-Timeout-Ms"), 1e6, "milliseconds", false),
          new Header(AsciiString.cached("X-Request-Timeout"), 1e9, "seconds", true),
          // Envoy tells by it how long it will wait itself.
          new Header(
              AsciiString.cached("x-envoy-expected-rq-timeout-ms"), 1e6, "milliseconds", false));

  /** Longer than anybody waits, and short enough to be added to any time. */
  private static final double LONGEST_NANOS = 1e18;

  /** Enough for any time; a longer text is no number that a client means. */
  private static final int LONGEST_TEXT = 20;

  private TimeoutHeaders() {}

  /**
   * Returns how long the client waits, from the request's arrival on, in nanoseconds; {@link
   * Long#MAX_VALUE} if it does not say.
   *
   * @throws ServingException INVALID_ARGUMENT if a header has another value than a time
   */
  static long nanos(Exchange exchange) throws ServingException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < KNOWN.size(); i++) {
      Header header = KNOWN.get(i);
      @Nullable String value = exchange.header(header.name());
      if (value != null) {
        least = Math.min(least, nanos(header, value));
      }
    }
    return least;
  }

  private static long nanos(Header header, String value) throws ServingException {
    String text = value.strip();
    double number = isNumber(text, header.decimals()) ? Double.parseDouble(text) : 0;
    long nanos = (long) Math.min(LONGEST_NANOS, number * header.nanos());
    if (nanos <= 0) {
      throw ServingException.invalidArgument(
          "Header %s: expected %s of %s above 0, found \"%s\""
              .formatted(
                  header.name(),
                  header.decimals() ? "a number" : "a whole number",
                  header.unit(),
                  text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) + "…" : text));
    }
    return nanos;
  }

  private static boolean isNumber(String text, boolean decimals) {
    if (text.length() > LONGEST_TEXT) {
      return false;
    }
    int digits = 0;
    int points = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.') {
        points++;
      } else if (c >= '0' && c <= '9') {
        digits++;
      } else {
        return false;
      }
    }
    return digits > 0 && points <= (decimals ? 1 : 0);
  }
}
