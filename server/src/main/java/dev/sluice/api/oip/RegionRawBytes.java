package dev.sluice.api.oip;

import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Raw values in shared memory; small pieces are read through a buffer. */
final class RegionRawBytes implements RawBytes {
  private static final int BUFFER_BYTES = 8 << 10;

  private final OpenRegion region;
  private final RegionSlice slice;
  private final MemorySegment buffer = MemorySegment.ofArray(new byte[BUFFER_BYTES]);

  /** The next byte to give out, from the beginning of the slice. */
  private long position;

  /** What the buffer holds: so many bytes, the first of which is at a place in the slice. */
  private long bufferStart;

  private long buffered;

  RegionRawBytes(OpenRegion region, RegionSlice slice) {
    this.region = region;
    this.slice = slice;
  }

  @Override
  public long length() {
    return slice.byteSize();
  }

  @Override
  public int readInt() throws ServingException {
    fill(Integer.BYTES);
    int value = buffer.get(ValueLayout.JAVA_INT_UNALIGNED, position - bufferStart);
    position += Integer.BYTES;
    return value;
  }

  @Override
  public void copyTo(MemorySegment target, long offset, long length) throws ServingException {
    if (length > BUFFER_BYTES) {
      read(position, target, offset, length);
    } else {
      fill((int) length);
      MemorySegment.copy(buffer, position - bufferStart, target, offset, length);
    }
    position += length;
  }

  /** Makes sure that the next bytes, which there are, are in the buffer. */
  private void fill(int wanted) throws ServingException {
    if (position >= bufferStart && position + wanted <= bufferStart + buffered) {
      return;
    }
    long length = Math.min(BUFFER_BYTES, slice.byteSize() - position);
    if (length < wanted) {
      throw new IllegalStateException("asked for more than there is");
    }
    buffered = 0; // should the read fail, it holds nothing
    read(position, buffer, 0, length);
    bufferStart = position;
    buffered = length;
  }

  private void read(long from, MemorySegment target, long offset, long length)
      throws ServingException {
    try {
      region.read(slice.offset() + from, target, offset, length);
    } catch (IOException e) {
      throw region.failed(e);
    }
  }
}
