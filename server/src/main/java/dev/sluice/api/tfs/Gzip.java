package dev.sluice.api.tfs;

import java.io.ByteArrayOutputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Expands gzip bodies as the reference does: exactly one member, nothing behind it, at most 100 MiB
 * (rest.md §1.6). The JDK's stream accepts several members, so the frame (RFC 1952) is read here.
 */
final class Gzip {
  /** The largest expansion in bytes. */
  static final int MAX_EXPANDED = 100 << 20;

  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int FIXED_HEADER = 10;
  private static final int TRAILER = 8;

  private Gzip() {}

  /** Returns the expanded bytes, or null if they are not one gzip member or expand to too much. */
  static byte @Nullable [] expand(byte[] bytes, int length) {
    int start = headerEnd(bytes, length);
    if (start < 0 || start + TRAILER > length) {
      return null;
    }
    try (Inflater inflater = new Inflater(true)) {
      inflater.setInput(bytes, start, length - start);
      ByteArrayOutputStream out = new ByteArrayOutputStream(4 * (length - start));
      byte[] chunk = new byte[64 << 10];
      CRC32 crc = new CRC32();
      while (!inflater.finished()) {
        int count = inflater.inflate(chunk);
        if (count == 0 && !inflater.finished()) {
          return null; // the data ends early, or needs a dictionary
        }
        crc.update(chunk, 0, count);
        out.write(chunk, 0, count);
        if (out.size() > MAX_EXPANDED) {
          return null;
        }
      }
      int trailer = length - inflater.getRemaining();
      boolean whole =
          trailer + TRAILER == length
              && littleEndian(bytes, trailer) == (int) crc.getValue()
              && littleEndian(bytes, trailer + 4) == out.size();
      return whole ? out.toByteArray() : null;
    } catch (DataFormatException e) {
      return null;
    }
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
