package dev.sluice.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Writes status lines and headers.
 *
 * <p>Few different heads are ever written, so each is kept as bytes up to the two values that vary,
 * the date (once a second) and the length. Thread-safe.
 */
final class ResponseHead {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT);
  private static final byte[] LINE_END = ascii("\r\n");
  private static final byte[] LENGTH = ascii("\r\nContent-Length: ");
  private static final byte[] KEEP = ascii("\r\n\r\n");
  private static final byte[] KEEP_AND_SAY = ascii("\r\nConnection: keep-alive\r\n\r\n");
  private static final byte[] CLOSE = ascii("\r\nConnection: close\r\n\r\n");

  /** Heads are made from code, not from requests; the bound only guards against a mistake. */
  private static final int MAX_KEPT = 256;

  private final InstantSource clock;
  private final ConcurrentMap<Response, byte[]> kept = new ConcurrentHashMap<>();
  private volatile Date date = new Date(Long.MIN_VALUE, new byte[0]);

  private static final class Date {
    private final long second;
    private final byte[] text;

    Date(long second, byte[] text) {
      this.second = second;
      this.text = text;
    }
  }

  ResponseHead(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Writes the head of an answer whose body has {@code length} bytes.
   *
   * @param own header lines that belong to this answer alone, and are not kept
   */
  void write(ByteBuf buffer, Response response, String own, int length, Persistence after) {
    buffer.writeBytes(head(response));
    buffer.writeBytes(date());
    if (!own.isEmpty()) {
      buffer.writeBytes(LINE_END);
      buffer.writeCharSequence(own.substring(0, own.length() - 2), StandardCharsets.US_ASCII);
    }
    buffer.writeBytes(LENGTH);
    writeDecimal(buffer, length);
    buffer.writeBytes(
        switch (after) {
          case KEEP -> KEEP;
          case KEEP_AND_SAY -> KEEP_AND_SAY;
          case CLOSE -> CLOSE;
        });
  }

  private byte[] head(Response response) {
    byte[] head = kept.get(response);
    if (head == null) {
      head = render(response);
      if (kept.size() < MAX_KEPT) {
        kept.put(response, head);
      }
    }
    return head;
  }

  private static byte[] render(Response response) {
    StringBuilder text = new StringBuilder("HTTP/1.1 ");
    text.append(response.status()).append(' ').append(StatusLine.reason(response.status()));
    text.append("\r\n").append(response.headers());
    if (!response.contentType().isEmpty()) {
      text.append("Content-Type: ").append(response.contentType()).append("\r\n");
    }
    return ascii(text.append("Date: ").toString());
  }

  private byte[] date() {
    long second = Math.floorDiv(clock.millis(), 1000);
    Date current = date;
    if (current.second != second) {
      ZonedDateTime now = ZonedDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
      current = new Date(second, ascii(DATE.format(now)));
      date = current;
    }
    return current.text;
  }

  private static void writeDecimal(ByteBuf buffer, int value) {
    int divisor = 1;
    while (value / divisor >= 10) {
      divisor *= 10;
    }
    for (; divisor > 0; divisor /= 10) {
      buffer.writeByte('0' + value / divisor % 10);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
