package dev.sluice.http;

import dev.sluice.admission.ByteBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Puts one body together after the other.
 *
 * <p>A body that comes in one piece is kept as it came. Others are copied piece by piece to a
 * buffer of their own, which counts against a budget by what has arrived, not by what the client
 * announces. A body that finds no room is dropped, and so is the rest of it. Confined to an event
 * loop.
 */
final class BodyGatherer {
  private final ByteBudget budget;
  private @Nullable ByteBuf gathered;
  private long held;
  private boolean overflown;

  BodyGatherer(ByteBudget budget) {
    this.budget = budget;
  }

  /** Takes in a piece, which stays the caller's. */
  void add(ByteBuf piece, boolean last, ByteBufAllocator allocator) {
    if (overflown || !piece.isReadable()) {
      return;
    }
    if (gathered == null && last) {
      gathered = piece.retain();
      return;
    }
    if (!budget.tryGrow(held, piece.readableBytes())) {
      drop();
      overflown = true;
      return;
    }
    held += piece.readableBytes();
    ByteBuf buffer = gathered;
    if (buffer == null) {
      buffer = allocator.buffer(2 * piece.readableBytes());
      gathered = buffer;
    }
    buffer.writeBytes(piece);
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
