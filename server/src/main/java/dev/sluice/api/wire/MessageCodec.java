package dev.sluice.api.wire;

import io.grpc.Codec;
import io.grpc.Detachable;
import io.grpc.Status;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * gRPC's {@code gzip} and {@code deflate} (which is zlib's format), for a listener to register.
 *
 * <p>Requests that run a model are not expanded on the event loop: {@link #lift} takes them out of
 * the transport's hands as they came. What other methods receive is expanded as it is parsed, up to
 * {@link #LARGEST_INLINE}. Thread-safe.
 */
public final class MessageCodec implements Codec {
  /*
   * grpc-java closes a message's stream when its marshaller has returned, so that a compressed one
   * could only be expanded within it, on the event loop. But it asks the codec for the expanding
   * stream as late as that stream is first used, and passes on the transport's own stream, which
   * can be detached. So lift() uses the stream, for nothing but to be asked, and decompress(),
   * which finds on its thread that somebody lifts, hands over what it was given.
   */
  private static final ThreadLocal<@Nullable Lift> LIFTING = new ThreadLocal<>();

  /** How far methods that bring no tensors are expanded: some 20 ms of an event loop. */
  static final int LARGEST_INLINE = 4 << 20;

  private final Format format;
  private final int largestMessage;

  private enum Format {
    GZIP,
    DEFLATE
  }

  private static final class Lift {
    @Nullable CompressedMessage message;
  }

  private MessageCodec(Format format, int largestMessage) {
    this.format = format;
    this.largestMessage = largestMessage;
  }

  /** Returns gzip, for messages that expand to at most so many bytes. */
  public static MessageCodec gzip(int largestMessage) {
    return new MessageCodec(Format.GZIP, largestMessage);
  }

  /** Returns deflate, for messages that expand to at most so many bytes. */
  public static MessageCodec deflate(int largestMessage) {
    return new MessageCodec(Format.DEFLATE, largestMessage);
  }

  /**
   * Takes a compressed message out of grpc-java's stream, which is then empty.
   *
   * @return null, and the stream untouched, if it is none that such a codec expands
   */
  static @Nullable CompressedMessage lift(InputStream stream) throws IOException {
    Lift lift = new Lift();
    LIFTING.set(lift);
    try {
      var _ = stream.available();
    } finally {
      LIFTING.remove();
    }
    return lift.message;
  }

  @Override
  public InputStream decompress(InputStream in) throws IOException {
    Lift lift = LIFTING.get();
    if (lift != null && in instanceof Detachable detachable) {
      lift.message = new CompressedMessage(this, detachable.detach());
      in.close();
      return InputStream.nullInputStream();
    }
    return new Bounded(open(in));
  }

  /** Returns what expands the stream, without end; closing it closes the stream. */
  InputStream open(InputStream in) throws IOException {
    return switch (format) {
      case GZIP -> new GZIPInputStream(in);
      case DEFLATE -> new InflaterInputStream(in);
    };
  }

  @Override
  public OutputStream compress(OutputStream out) throws IOException {
    return switch (format) {
      case GZIP -> new GZIPOutputStream(out);
      case DEFLATE -> new DeflaterOutputStream(out);
    };
  }

  @Override
  public String getMessageEncoding() {
    return switch (format) {
      case GZIP -> "gzip";
      case DEFLATE -> "deflate";
    };
  }

  int largestMessage() {
    return largestMessage;
  }

  /** Fails as grpc-java's own limit does. */
  private static final class Bounded extends FilterInputStream {
    private long left = LARGEST_INLINE;

    Bounded(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      count(value < 0 ? 0 : 1);
      return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = super.read(target, offset, length);
      count(count);
      return count;
    }

    @Override
    public long skip(long wanted) throws IOException {
      long skipped = super.skip(wanted);
      count(skipped);
      return skipped;
    }

    private void count(long bytes) {
      left -= Math.max(0, bytes);
      if (left < 0) {
        throw Status.RESOURCE_EXHAUSTED
            .withDescription("Decompressed gRPC message exceeds maximum size " + LARGEST_INLINE)
            .asRuntimeException();
      }
    }
  }
}
