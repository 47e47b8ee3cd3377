package dev.sluice.api.rest;

import dev.sluice.servable.ServingException;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Expands gzip bodies as the reference does: exactly one member, nothing behind it, at most 100 MiB
 * (rest.md §1.6). The JDK's stream accepts several members, so the frame (RFC 1952) is read here.
 */
public final class Gzip {
  /** The largest expansion in bytes. */
  public static final int MAX_EXPANDED = 100 << 20;

  /** A deflate code of two bits stands for at most 258 bytes. */
  private static final long MAX_RATIO = 1032;

  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int FIXED_HEADER = 10;
  private static final int TRAILER = 8;

  private Gzip() {}

  /**
   * Returns the expanded bytes, or null if they are not one gzip member or expand to too much.
   *
   * <p>How many they are is read from the trailer, and believed only as far as deflate could do it:
   * so room is asked for once, before anything is expanded, and nothing grows or is copied.
   */
  public static byte @Nullable [] expand(byte[] bytes, int length, Expansion.Room room)
      throws ServingException {
    int start = headerEnd(bytes, length);
    if (start < 0 || start + TRAILER > length) {
      return null;
    }
    int trailer = length - TRAILER;
    long size = Integer.toUnsignedLong(littleEndian(bytes, trailer + 4));
    if (size > MAX_EXPANDED || size > MAX_RATIO * (trailer - start)) {
      return null;
    }
    room.take(size);
    byte[] expanded = new byte[(int) size];
    return inflate(bytes, start, trailer, expanded) && crc(expanded) == littleEndian(bytes, trailer)
        ? expanded
        : null;
  }

  /** Returns true if the bytes up to {@code end} expand to as many as there is room for. */
  private static boolean inflate(byte[] bytes, int start, int end, byte[] expanded) {
    try (Inflater inflater = new Inflater(true)) {
      inflater.setInput(bytes, start, end - start);
      int count = 0;
      while (count < expanded.length) {
        int more = inflater.inflate(expanded, count, expanded.length - count);
        if (more == 0) {
          return false; // the data ends early, or needs a dictionary
        }
        count += more;
      }
      // The end of the last block may still have to be read, which must bring nothing.
      return inflater.inflate(new byte[1]) == 0
          && inflater.finished()
          && inflater.getRemaining() == 0;
    } catch (DataFormatException e) {
      return false;
    }
  }

  private static int crc(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /** Returns the index of the first compressed byte, or -1. */
  private static int headerEnd(byte[] bytes, int length) {
    if (length < FIXED_HEADER
        || (bytes[0] & 0xff) != 0x1f
        || (bytes[1] & 0xff) != 0x8b
        || bytes[2] != 8) {
      return -1;
    }
    int flags = bytes[3];
    int position = FIXED_HEADER;
    if ((flags & EXTRA) != 0) {
      if (position + 2 > length) {
        return -1;
      }
      position += 2 + (bytes[position] & 0xff) + ((bytes[position + 1] & 0xff) << 8);
    }
    for (int field = NAME; field <= COMMENT; field <<= 1) {
      if ((flags & field) != 0) {
        while (position < length && bytes[position] != 0) {
          position++;
        }
        position++;
      }
    }
    return position + ((flags & HEADER_CRC) != 0 ? 2 : 0);
  }

  private static int littleEndian(byte[] bytes, int at) {
    return (bytes[at] & 0xff)
        | (bytes[at + 1] & 0xff) << 8
        | (bytes[at + 2] & 0xff) << 16
        | (bytes[at + 3] & 0xff) << 24;
  }
}
