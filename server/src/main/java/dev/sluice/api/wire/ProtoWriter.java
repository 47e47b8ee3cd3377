package dev.sluice.api.wire;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Writes protobuf's wire format to a stream, through one chunk of heap memory.
 *
 * <p>The chunk is needed because the transport takes bytes by {@code write(byte[])} only; it is as
 * large as the message if that is small, so that a small answer is one write.
 */
public final class ProtoWriter {
  private static final int LARGEST_CHUNK = 16 << 10;
  private static final int LONGEST_VARINT = 10;

  private final OutputStream out;
  private final byte[] chunk;
  private int filled;
  private long flushed;

  /** Creates a writer for a message of a known size in bytes. */
  public ProtoWriter(OutputStream out, long size) {
    this.out = out;
    this.chunk = new byte[Math.clamp(size, LONGEST_VARINT, LARGEST_CHUNK)];
  }

  /** Returns the number of bytes that a varint takes. */
  public static int varintSize(long value) {
    // 9/64 approximates 1/7 well enough for all 64 bit lengths, without a division.
    return (Long.SIZE * 10 - Long.numberOfLeadingZeros(value) * 9) >>> 6;
  }

  /** Writes a number in as few bytes as it needs, a negative one in ten. */
  public void varint(long value) throws IOException {
    long rest = value;
    if (chunk.length - filled < LONGEST_VARINT) {
      makeRoom(varintSize(value));
    }
    int at = filled;
    while ((rest & ~0x7fL) != 0) {
      chunk[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    chunk[at++] = (byte) rest;
    filled = at;
  }

  /** Writes four bytes, little-endian. */
  public void fixed32(int value) throws IOException {
    makeRoom(Integer.BYTES);
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      chunk[filled++] = (byte) (value >>> shift);
    }
  }

  private void makeRoom(int bytes) throws IOException {
    if (chunk.length - filled < bytes) {
      flush();
    }
  }

  /** Writes a string or bytes field. */
  public void bytes(int tag, byte[] value) throws IOException {
    varint(tag);
    varint(value.length);
    for (int written = 0; written < value.length; ) {
      makeRoom(1);
      int length = Math.min(value.length - written, chunk.length - filled);
      System.arraycopy(value, written, chunk, filled, length);
      filled += length;
      written += length;
    }
  }

  /** Writes memory as it is. */
  public void raw(MemorySegment source, long offset, long length) throws IOException {
    for (long written = 0; written < length; ) {
      makeRoom(1);
      int size = (int) Math.min(length - written, chunk.length - filled);
      MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset + written, chunk, filled, size);
      filled += size;
      written += size;
    }
  }

  /** Hands what the chunk holds to the stream. */
  public void flush() throws IOException {
    out.write(chunk, 0, filled);
    flushed += filled;
    filled = 0;
  }

  /** Returns how many bytes have been written. */
  public long written() {
    return flushed + filled;
  }
}
