package dev.sluice.api.wire;

import dev.sluice.admission.ByteShare;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.io.Closeable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a message while it is expanded, in memory outside the heap. Each chunk is charged
 * before it is asked for. Used by one thread at a time; the share gives back what is charged.
 */
final class ExpandedBytes implements Closeable {
  private static final TensorAllocator MEMORY = new NativeTensors();
  private static final int FIRST_CHUNK = 128 << 10;
  private static final int LARGEST_CHUNK = 4 << 20;

  private final int compressed;
  private final int largest;
  private final ByteShare share;
  private final List<Tensor> chunks = new ArrayList<>();
  private MemorySegment last = MemorySegment.NULL;
  private long used;
  private long size;

  /**
   * Creates what is empty.
   *
   * @param compressed the size of the compressed message, for messages of failures
   * @param largest how many bytes a message may have
   */
  ExpandedBytes(int compressed, int largest, ByteShare share) {
    this.compressed = compressed;
    this.largest = largest;
    this.share = share;
  }

  void append(byte[] bytes, int count) throws MessageTooLargeException {
    if (size + count > largest) {
      throw tooLarge("a message may have at most " + largest + " bytes");
    }
    for (int copied = 0; copied < count; ) {
      if (used == last.byteSize()) {
        addChunk();
      }
      int length = (int) Math.min(count - copied, last.byteSize() - used);
      MemorySegment.copy(bytes, copied, last, ValueLayout.JAVA_BYTE, used, length);
      used += length;
      copied += length;
    }
    size += count;
  }

  private void addChunk() throws MessageTooLargeException {
    long bytes = Math.clamp(size, FIRST_CHUNK, LARGEST_CHUNK);
    if (!share.tryGrow(bytes)) {
      throw tooLarge(
          "large requests hold %d bytes of at most %d"
              .formatted(share.budget().held(), share.budget().limit()));
    }
    Tensor chunk;
    try {
      chunk = MEMORY.allocate(DataType.UINT8, Shape.of(bytes), bytes);
    } catch (OutOfMemoryError e) {
      throw tooLarge("the server has no more memory");
    }
    chunks.add(chunk);
    last = chunk.data();
    used = 0;
  }

  private MessageTooLargeException tooLarge(String why) {
    return new MessageTooLargeException(
        "A compressed message of %d bytes expands to more than %d bytes; %s"
            .formatted(compressed, size, why));
  }

  /** Returns all that was appended, valid until this is closed. */
  List<ByteBuffer> buffers() {
    List<ByteBuffer> buffers = new ArrayList<>(chunks.size());
    for (Tensor chunk : chunks) {
      buffers.add(chunk.data().asByteBuffer());
    }
    if (!buffers.isEmpty()) {
      buffers.getLast().limit((int) used);
    }
    return buffers;
  }

  @Override
  public void close() {
    chunks.forEach(Tensor::close);
    chunks.clear();
  }
}
