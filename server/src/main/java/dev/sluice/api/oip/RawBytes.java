package dev.sluice.api.oip;

import dev.sluice.servable.ServingException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The values of a tensor in the protocol's raw form, read from front to back, once. */
public interface RawBytes {
  /** Returns how many bytes there are; never are more asked for. */
  long length();

  /** Reads four bytes, little-endian. */
  int readInt() throws ServingException;

  /** Copies the next bytes. */
  void copyTo(MemorySegment target, long offset, long length) throws ServingException;

  /** Returns what reads bytes that lie together in memory. */
  static RawBytes of(MemorySegment bytes) {
    return new RawBytes() {
      private long position;

      @Override
      public long length() {
        return bytes.byteSize();
      }

      @Override
      public int readInt() {
        int value = bytes.get(ValueLayout.JAVA_INT_UNALIGNED, position);
        position += Integer.BYTES;
        return value;
      }

      @Override
      public void copyTo(MemorySegment target, long offset, long length) {
        MemorySegment.copy(bytes, position, target, offset, length);
        position += length;
      }
    };
  }
}
