package dev.sluice.api.rest;

import dev.sluice.servable.ServingException;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Expands bodies of HTTP's encoding {@code deflate}, the format of RFC 1950.
 *
 * <p>They do not say how large they become. So they are expanded twice, the first time only to
 * count, and room is asked for in between: nothing grows, and nothing is held that was not asked
 * for.
 */
public final class Deflated {
  private static final int COUNTED_AT_ONCE = 16 << 10;

  private Deflated() {}

  /**
   * Returns the expanded bytes, or null if they are no such format, have anything behind it, or
   * expand to more than {@link Gzip#MAX_EXPANDED}.
   */
  public static byte @Nullable [] expand(byte[] bytes, int length, Expansion.Room room)
      throws ServingException {
    try (Inflater inflater = new Inflater()) {
      long size = size(inflater, bytes, length);
      if (size < 0) {
        return null;
      }
      room.take(size);
      inflater.reset();
      inflater.setInput(bytes, 0, length);
      byte[] expanded = new byte[(int) size];
      int count = 0;
      while (count < size) {
        count += inflater.inflate(expanded, count, expanded.length - count);
      }
      return expanded;
    } catch (DataFormatException e) {
      return null;
    }
  }

  private static long size(Inflater inflater, byte[] bytes, int length) throws DataFormatException {
    byte[] scratch = new byte[COUNTED_AT_ONCE];
    inflater.setInput(bytes, 0, length);
    long size = 0;
    while (!inflater.finished()) {
      int more = inflater.inflate(scratch);
      size += more;
      if (size > Gzip.MAX_EXPANDED || (more == 0 && !inflater.finished())) {
        return -1; // too much, or it ends early, or it needs a dictionary
      }
    }
    return inflater.getRemaining() == 0 ? size : -1;
  }
}
