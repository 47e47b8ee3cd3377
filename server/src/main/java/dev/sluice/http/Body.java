package dev.sluice.http;

import dev.sluice.admission.ByteBudget;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A request's body.
 *
 * <p>Its exchange closes it, unless somebody took it from there to read it on another thread: then
 * he closes it, exactly once, and the exchange no longer touches it, whatever becomes of the
 * connection meanwhile. Used by one thread at a time.
 */
public final class Body implements AutoCloseable {
  private final @Nullable ByteBuf bytes;
  private final ByteBudget budget;
  private long held;

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

  /**
   * Counts what the body expands to against what bodies may hold, until it is closed; the first
   * {@link BodyGatherer#FREE_BYTES} not.
   *
   * @return false if there is no room now, and nothing was counted
   */
  public boolean tryHoldExpanded(long expanded) {
    long more = expanded - BodyGatherer.FREE_BYTES;
    if (more <= 0) {
      return true;
    }
    if (!budget.tryGrow(held, more)) {
      return false;
    }
    held += more;
    return true;
  }

  /** Returns how many bytes all bodies together may hold. */
  public long limit() {
    return budget.limit();
  }

  /** Returns what {@link ByteBudget#shortage} says of the memory for bodies. */
  public String shortage() {
    return budget.shortage();
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
