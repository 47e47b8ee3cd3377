package dev.sluice.http;

import dev.sluice.admission.ByteBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Puts one body together after the other.
 *
 * <p>A body that comes in one piece is kept as it came. Others are copied piece by piece to a
 * buffer of their own. What of it goes beyond {@link #FREE_BYTES} counts against a budget, by what
 * has arrived, not by what the client announces. A body that finds no room is dropped, and so is
 * the rest of it. Confined to an event loop.
 */
final class BodyGatherer {
  /** So that small requests are served whatever large ones hold. */
  static final int FREE_BYTES = 64 << 10;

  private final ByteBudget budget;
  private @Nullable ByteBuf gathered;
  private long held;
  private long arrived;
  private boolean overflown;

  BodyGatherer(ByteBudget budget) {
    this.budget = budget;
  }

  /** Takes in a piece, which stays the caller's. */
  void add(ByteBuf piece, boolean last, ByteBufAllocator allocator) {
    arrived += piece.readableBytes();
    if (overflown || !piece.isReadable()) {
      return;
    }
    if (gathered == null && last) {
      gathered = piece.retain();
      return;
    }
    if (!charge(size() + piece.readableBytes())) {
      drop();
      overflown = true;
      return;
    }
    room(piece.readableBytes(), allocator).writeBytes(piece);
  }

  private long size() {
    ByteBuf buffer = gathered;
    return buffer == null ? 0 : buffer.readableBytes();
  }

  private boolean charge(long size) {
    long more = size - FREE_BYTES - held;
    if (more <= 0) {
      return true;
    }
    if (!budget.tryGrow(held, more)) {
      return false;
    }
    held += more;
    return true;
  }

  /** Doubles, for Netty's own growth by constant steps copies a large body many times. */
  private ByteBuf room(int bytes, ByteBufAllocator allocator) {
    ByteBuf buffer = gathered;
    if (buffer == null) {
      buffer = allocator.buffer(2 * bytes);
      gathered = buffer;
    } else if (buffer.writableBytes() < bytes) {
      long doubled = Math.max(2L * buffer.capacity(), (long) buffer.readableBytes() + bytes);
      buffer.capacity((int) Math.min(doubled, buffer.maxCapacity()));
    }
    return buffer;
  }

  /** Returns how many bytes have arrived, of all bodies together. */
  long arrived() {
    return arrived;
  }

  /** Returns how many bytes of the budget the body under way holds. */
  long held() {
    return held;
  }

  /** Hands the whole body over, or null if it found no room, and begins anew. */
  @Nullable Body take() {
    if (overflown) {
      overflown = false;
      return null;
    }
    Body body = new Body(gathered, budget, held);
    gathered = null;
    held = 0;
    return body;
  }

  /** Gives back what is held of a body that will not become whole. */
  void drop() {
    ByteBuf buffer = gathered;
    gathered = null;
    if (buffer != null) {
      buffer.release();
    }
    if (held > 0) {
      budget.release(held);
      held = 0;
    }
    overflown = false;
  }
}
