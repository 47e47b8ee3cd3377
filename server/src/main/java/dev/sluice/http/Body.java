package dev.sluice.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A request's body that has been taken from its exchange, to be read on one other thread.
 *
 * <p>Whoever took it closes it exactly once; the exchange no longer touches it, whatever becomes of
 * the connection meanwhile.
 */
public final class Body implements AutoCloseable {
  private final @Nullable ByteBuf bytes;

  Body(@Nullable ByteBuf bytes) {
    this.bytes = bytes;
  }

  /** Returns the size in bytes. */
  public int length() {
    return bytes == null ? 0 : bytes.readableBytes();
  }

  /** Copies everything to {@code target} from index 0; it must have room. */
  public void copyTo(byte[] target) {
    if (bytes != null) {
      bytes.getBytes(bytes.readerIndex(), target, 0, bytes.readableBytes());
    }
  }

  /** Gives the memory back. */
  @Override
  public void close() {
    if (bytes != null) {
      bytes.release();
    }
  }
}
