package dev.sluice.api.wire;

import dev.sluice.admission.ByteShare;
import io.grpc.Detachable;
import io.grpc.HasByteBuffer;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one received message, in one or several buffers that are valid until {@link #close}.
 *
 * <p>A message of more than some kilobytes arrives in many of the transport's buffers; they are
 * read where they are. One that is {@linkplain #isCompressed() compressed} is {@linkplain #expand
 * expanded} before it is read. Whoever holds the object closes it exactly once.
 */
public final class MessageBytes implements AutoCloseable {
  private static final int FIRST_CHUNK = 4 << 10;
  private static final int LARGEST_CHUNK = 1 << 20;

  private final ByteBuffer[] parts;
  private final int[] starts;
  private final boolean readable;
  private final @Nullable Closeable owner;
  private final @Nullable CompressedMessage compressed;

  private MessageBytes(List<ByteBuffer> buffers, boolean readable, @Nullable Closeable owner) {
    this(buffers, readable, owner, null);
  }

  private MessageBytes(
      List<ByteBuffer> buffers,
      boolean readable,
      @Nullable Closeable owner,
      @Nullable CompressedMessage compressed) {
    this.parts = new ByteBuffer[Math.max(1, buffers.size())];
    this.starts = new int[parts.length + 1];
    this.readable = readable;
    this.owner = owner;
    this.compressed = compressed;
    parts[0] = ByteBuffer.allocate(0);
    for (int i = 0; i < buffers.size(); i++) {
      parts[i] = buffers.get(i).slice().order(ByteOrder.LITTLE_ENDIAN);
      starts[i + 1] = Math.addExact(starts[i], parts[i].limit());
    }
  }

  /** Returns a message that lies in these buffers, which nobody else may move or write. */
  public static MessageBytes of(ByteBuffer... buffers) {
    return new MessageBytes(List.of(buffers), true, null);
  }

  /** Returns what stands for a message whose bytes could not be had; reading it is malformed. */
  public static MessageBytes unreadable() {
    return new MessageBytes(List.of(), false, null);
  }

  /** Returns a message in buffers that something owns, to be closed with the message. */
  static MessageBytes owning(List<ByteBuffer> buffers, Closeable owner) {
    return new MessageBytes(buffers, true, owner);
  }

  /** Returns a message that is not yet expanded. */
  static MessageBytes compressed(CompressedMessage message) {
    return new MessageBytes(List.of(), false, null, message);
  }

  /**
   * Takes a message out of the transport's stream. The transport's buffers are kept where the
   * stream lends them, also those of a compressed message, unless it is small and expanded at once;
   * the bytes of other streams are read here and now. A stream that fails gives an {@linkplain
   * #unreadable() unreadable} message.
   */
  public static MessageBytes take(InputStream stream) {
    try {
      if (stream instanceof Detachable detachable
          && stream instanceof HasByteBuffer lender
          && stream.markSupported()
          && lender.byteBufferSupported()) {
        return borrow(detachable.detach());
      }
      CompressedMessage compressed = MessageCodec.lift(stream);
      if (compressed != null) {
        return compressed.expandIfSmall();
      }
      return new MessageBytes(readAll(stream), true, null);
    } catch (IOException | RuntimeException broken) {
      // Such as a corrupt gzip stream: the client's doing, and all it learns is "malformed".
      return unreadable();
    }
  }

  private static MessageBytes borrow(InputStream stream) throws IOException {
    boolean taken = false;
    try {
      List<ByteBuffer> buffers = lent(stream);
      if (buffers == null) {
        stream.reset();
        return new MessageBytes(readAll(stream), true, null);
      }
      MessageBytes message = new MessageBytes(buffers, true, stream);
      taken = true;
      return message;
    } finally {
      if (!taken) {
        stream.close();
      }
    }
  }

  /** Returns the stream's buffers, or null if it does not lend all of them. */
  private static @Nullable List<ByteBuffer> lent(InputStream stream) throws IOException {
    HasByteBuffer lender = (HasByteBuffer) stream;
    int left = stream.available();
    List<ByteBuffer> buffers = new ArrayList<>(1);
    // The mark keeps the stream from freeing each buffer as soon as it has been skipped.
    stream.mark(left);
    while (left > 0) {
      ByteBuffer buffer = lender.getByteBuffer();
      if (buffer == null || !buffer.hasRemaining()) {
        return null;
      }
      buffers.add(buffer);
      int size = buffer.remaining();
      if (stream.skip(size) != size) {
        return null;
      }
      left -= size;
    }
    return buffers;
  }

  private static List<ByteBuffer> readAll(InputStream stream) throws IOException {
    List<ByteBuffer> buffers = new ArrayList<>();
    int size = FIRST_CHUNK;
    while (true) {
      byte[] chunk = new byte[size];
      int length = stream.readNBytes(chunk, 0, size);
      if (length > 0) {
        buffers.add(ByteBuffer.wrap(chunk, 0, length));
      }
      if (length < size) {
        return buffers;
      }
      size = Math.min(size * 2, LARGEST_CHUNK);
    }
  }

  /** Returns the number of bytes, before they are expanded. */
  public int size() {
    return compressed == null ? starts[parts.length] : compressed.size();
  }

  /** Returns true if the message must be expanded before it is read. */
  public boolean isCompressed() {
    return compressed != null;
  }

  /**
   * Returns the message expanded, or itself if it is not compressed; it takes the place of this
   * object, also when it fails.
   *
   * @param share grows with the expanded bytes
   * @param abandoned whether nobody waits for the message any more; it is then unreadable
   * @throws MessageTooLargeException if the message is larger than one may be, or than the share
   */
  public MessageBytes expand(ByteShare share, BooleanSupplier abandoned)
      throws MessageTooLargeException {
    if (compressed == null) {
      return this;
    }
    try {
      MessageBytes expanded = compressed.expand(share, abandoned);
      return expanded == null ? unreadable() : expanded;
    } catch (IOException corrupt) {
      return unreadable();
    }
  }

  /** Returns false if the bytes could not be read, which has been noted. */
  public boolean isReadable() {
    return readable;
  }

  /** Returns a buffer, little-endian, from position 0; there is at least one. */
  ByteBuffer part(int index) {
    return parts[index];
  }

  /** Returns where a buffer begins within the message. */
  int partStart(int index) {
    return starts[index];
  }

  /** Returns the index of a buffer that holds a position, or ends there. */
  int partAt(int position) {
    int found = Arrays.binarySearch(starts, 0, parts.length, position);
    return found >= 0 ? found : -found - 2;
  }

  /** Gives the buffers back to the transport. */
  @Override
  public void close() {
    if (compressed != null) {
      compressed.close();
    }
    if (owner == null) {
      return;
    }
    try {
      owner.close();
    } catch (IOException e) {
      throw new UncheckedIOException("freeing the transport's buffers", e);
    }
  }
}
