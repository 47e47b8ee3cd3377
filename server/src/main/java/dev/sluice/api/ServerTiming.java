package dev.sluice.api;

import dev.sluice.telemetry.RequestRecord;
import dev.sluice.telemetry.RequestTimes;

/**
 * The header {@code Server-Timing}, by which an answer says where its time went (W3C Server
 * Timing). Sent to who asks for it: it costs some 150 bytes.
 */
public final class ServerTiming {
  /** What a client sends to be told, over REST and over gRPC. */
  public static final String REQUEST_HEADER = "x-server-timing";

  /** The header, or trailer, of the answer. */
  public static final String HEADER = "server-timing";

  private static final long NANOS_PER_MICRO = 1000;
  private static final int MICROS_PER_MILLI = 1000;

  private ServerTiming() {}

  /** Returns true if a request's header asks for times: any value but 0, false and none. */
  public static boolean isAsked(String value) {
    return !(value.isEmpty() || value.equals("0") || value.equalsIgnoreCase("false"));
  }

  /**
   * Returns the header's value for an answer that goes out now: milliseconds with three digits
   * behind the point, as for {@code decode;dur=0.031}.
   */
  public static String value(RequestRecord request, long nanoTime) {
    RequestTimes times = RequestTimes.until(request, nanoTime);
    StringBuilder text = new StringBuilder(120);
    append(text, "decode", times.decodeNanos());
    append(text, ", queue", times.queueNanos());
    append(text, ", engine", times.engineNanos());
    append(text, ", encode", times.encodeNanos());
    append(text, ", total", times.totalNanos());
    return text.toString();
  }

  private static void append(StringBuilder text, String name, long nanos) {
    text.append(name).append(";dur=");
    appendMillis(text, nanos);
  }

  /** Appends a time as milliseconds with three digits behind the point. */
  public static void appendMillis(StringBuilder text, long nanos) {
    long micros = (nanos + NANOS_PER_MICRO / 2) / NANOS_PER_MICRO;
    text.append(micros / MICROS_PER_MILLI).append('.');
    int rest = (int) (micros % MICROS_PER_MILLI);
    text.append((char) ('0' + rest / 100));
    text.append((char) ('0' + rest / 10 % 10));
    text.append((char) ('0' + rest % 10));
  }
}
