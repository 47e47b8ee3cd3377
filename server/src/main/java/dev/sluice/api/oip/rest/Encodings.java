package dev.sluice.api.oip.rest;

import dev.sluice.api.rest.Deflated;
import dev.sluice.api.rest.Expansion;
import dev.sluice.api.rest.Gzip;
import dev.sluice.servable.ServingException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How bodies may be compressed, by the names of HTTP. */
final class Encodings {
  static final String KNOWN = "gzip, deflate";

  private Encodings() {}

  /** Returns what expands a body of that encoding, or null if nothing does. */
  static @Nullable Expansion expansion(String encoding) {
    return switch (encoding.toLowerCase(Locale.ROOT)) {
      case "gzip" -> Encodings::gzip;
      case "deflate" -> Encodings::deflate;
      default -> null;
    };
  }

  private static byte[] gzip(byte[] bytes, int length, Expansion.Room room)
      throws ServingException {
    return required(Gzip.expand(bytes, length, room), "gzip");
  }

  private static byte[] deflate(byte[] bytes, int length, Expansion.Room room)
      throws ServingException {
    return required(Deflated.expand(bytes, length, room), "deflate");
  }

  private static byte[] required(byte @Nullable [] expanded, String encoding)
      throws ServingException {
    if (expanded == null) {
      throw ServingException.invalidArgument(
          "expected a body of Content-Encoding %s that expands to at most %d bytes, found another"
              .formatted(encoding, Gzip.MAX_EXPANDED));
    }
    return expanded;
  }
}
