package dev.sluice.api.wire;

import dev.sluice.admission.ByteShare;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A compressed message as it came, in the transport's buffers. Whoever holds it either expands it
 * or closes it, once.
 */
final class CompressedMessage implements AutoCloseable {
  /** What the event loop tries to expand, and how far: some 200 µs at most. */
  private static final int SMALL = 16 << 10;

  private static final int SMALL_EXPANDED = 64 << 10;

  private static final int STEP = 64 << 10;

  private final MessageCodec codec;
  private final InputStream bytes;
  private final int size;

  CompressedMessage(MessageCodec codec, InputStream bytes) throws IOException {
    this(codec, bytes, bytes.available());
  }

  private CompressedMessage(MessageCodec codec, InputStream bytes, int size) {
    this.codec = codec;
    this.bytes = bytes;
    this.size = size;
  }

  /** Returns the number of bytes before they are expanded. */
  int size() {
    return size;
  }

  /**
   * Returns the expanded message if both it and this are small, or else what is to be expanded
   * elsewhere. This is used up.
   */
  MessageBytes expandIfSmall() throws IOException {
    if (size > SMALL) {
      return MessageBytes.compressed(this);
    }
    byte[] wire;
    try (bytes) {
      wire = bytes.readAllBytes();
    }
    int most = Math.min(SMALL_EXPANDED, codec.largestMessage());
    try (InputStream in = codec.open(new ByteArrayInputStream(wire))) {
      byte[] expanded = in.readNBytes(most + 1);
      if (expanded.length <= most) {
        return MessageBytes.of(ByteBuffer.wrap(expanded));
      }
    }
    return MessageBytes.compressed(
        new CompressedMessage(codec, new ByteArrayInputStream(wire), size));
  }

  /**
   * Expands the message into memory outside the heap, as far as the share can grow.
   *
   * @param abandoned whether nobody waits for the message any more, so that the rest can be spared
   * @return null if it was abandoned
   * @throws IOException if the bytes are not of the codec's format
   * @throws MessageTooLargeException if it expands to too much
   */
  @Nullable MessageBytes expand(ByteShare share, BooleanSupplier abandoned)
      throws IOException, MessageTooLargeException {
    ExpandedBytes expanded = new ExpandedBytes(size, codec.largestMessage(), share);
    boolean whole = false;
    try (bytes;
        InputStream in = codec.open(bytes)) {
      byte[] step = new byte[STEP];
      for (int count = in.read(step); count >= 0; count = in.read(step)) {
        if (abandoned.getAsBoolean()) {
          return null;
        }
        expanded.append(step, count);
      }
      MessageBytes message = MessageBytes.owning(expanded.buffers(), expanded);
      whole = true;
      return message;
    } finally {
      if (!whole) {
        expanded.close();
      }
    }
  }

  @Override
  public void close() {
    try {
      bytes.close();
    } catch (IOException e) {
      throw new UncheckedIOException("freeing the transport's buffers", e);
    }
  }
}
