package dev.sluice.http;

import dev.sluice.admission.ByteBudget;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.nio.charset.StandardCharsets;

/** Answers of the HTTP layer itself: most are HTML pages, as the reference sends (rest.md §1.1). */
public final class HttpErrors {
  private HttpErrors() {}

  /** Returns the page for a status code. */
  public static byte[] page(int status) {
    String title = status + " " + StatusLine.reason(status);
    String page =
        "<HTML><HEAD>\n<TITLE>"
            + title
            + "</TITLE>\n</HEAD><BODY>\n<H1>"
            + StatusLine.reason(status)
            + "</H1>\n</BODY></HTML>\n";
    return page.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Returns the JSON text for a body that found no room. */
  static byte[] noRoom(ByteBudget bodies) {
    String text =
        "{\"error\": \"Too many large requests at once: at most "
            + bodies.limit()
            + " bytes may wait to be decoded"
            + bodies.shortage()
            + "\"}";
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns the JSON text for a body that is larger than any may be. */
  static byte[] bodyTooLarge(long limit, long found) {
    String text =
        "{\"error\": \"Expected a body of at most %d bytes (--max_request_body_bytes), found %d\"}"
            .formatted(limit, found);
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static int statusOf(DecoderResult result) {
    return switch (result.cause()) {
      case TooLongHttpLineException tooLong -> 414;
      case TooLongHttpHeaderException tooLarge -> 431;
      default -> 400;
    };
  }
}
