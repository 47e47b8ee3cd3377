package dev.sluice.api.oip;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Writes the raw form of an output into shared memory, which has the room for it. What is small is
 * gathered into pieces, since a file call for each element would cost more.
 */
final class RegionWriter {
  private final OpenRegion region;
  private final MemorySegment piece;

  /** Where the piece goes within the region, and how much of it is filled. */
  private long position;

  private long filled;

  private RegionWriter(OpenRegion region, long offset, long size) {
    this.region = region;
    this.position = offset;
    this.piece = MemorySegment.ofArray(new byte[(int) Math.min(size, OpenRegion.LARGEST_MOVE)]);
  }

  /** Writes a tensor from an offset within the region on. */
  static void write(OpenRegion region, long offset, Tensor tensor) throws IOException {
    if (tensor.dtype() == DataType.STRING) {
      RegionWriter writer = new RegionWriter(region, offset, RawValues.size(tensor));
      writer.addStrings(tensor);
      writer.flush();
    } else {
      region.write(offset, tensor.data(), 0, tensor.data().byteSize());
    }
  }

  private void addStrings(Tensor tensor) throws IOException {
    long elements = tensor.shape().elements();
    MemorySegment length = MemorySegment.ofArray(new byte[Integer.BYTES]);
    for (long i = 0; i < elements; i++) {
      MemorySegment element = StringTensors.element(tensor.data(), elements, i);
      length.set(ValueLayout.JAVA_INT_UNALIGNED, 0, (int) element.byteSize());
      add(length);
      add(element);
    }
  }

  private void add(MemorySegment bytes) throws IOException {
    for (long done = 0; done < bytes.byteSize(); ) {
      if (filled == piece.byteSize()) {
        flush();
      }
      long count = Math.min(piece.byteSize() - filled, bytes.byteSize() - done);
      MemorySegment.copy(bytes, done, piece, filled, count);
      filled += count;
      done += count;
    }
  }

  private void flush() throws IOException {
    region.write(position, piece, 0, filled);
    position += filled;
    filled = 0;
  }
}
