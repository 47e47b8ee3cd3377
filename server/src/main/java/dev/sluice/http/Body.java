package dev.sluice.http;

import dev.sluice.admission.ByteBudget;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A request's body.
 *
 * <p>Its exchange closes it, unless somebody took it from there to read it on another thread: then
 * he closes it, exactly once, and the exchange no longer touches it, whatever becomes of the
 * connection meanwhile.
 */
public final class Body implements AutoCloseable {
  private final @Nullable ByteBuf bytes;
  private final ByteBudget budget;
  private final long held;

  /** Takes over the bytes and what they hold of the budget. */
  Body(@Nullable ByteBuf bytes, ByteBudget budget, long held) {
    this.bytes = bytes;
    this.budget = budget;
    this.held = held;
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
    if (held > 0) {
      budget.release(held);
    }
  }
}
