package dev.sluice.engine.onnx;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the scratch memory of runs for the next run. Thread-safe, never blocks.
 *
 * <p>A slot holds an idle scratch or null. A thread begins to look at a slot of its own, so that
 * lanes rarely meet. Not a ThreadLocal: that would keep memory for every thread that ever called.
 */
final class ScratchPool {
  private static final int SLOTS = 16;

  private final Maker maker;
  private final AtomicReferenceArray<@Nullable Scratch> slots = new AtomicReferenceArray<>(SLOTS);

  /** Makes a scratch. */
  @FunctionalInterface
  interface Maker {
    Scratch make() throws OrtException;
  }

  /** Creates an empty pool. */
  ScratchPool(Maker maker) {
    this.maker = maker;
  }

  /** Returns a scratch that nobody else uses; give it back by {@link #release}. */
  Scratch acquire() throws OrtException {
    int first = firstSlot();
    for (int i = 0; i < SLOTS; i++) {
      int slot = (first + i) & (SLOTS - 1);
      if (slots.getPlain(slot) != null) {
        Scratch idle = slots.getAndSet(slot, null);
        if (idle != null) {
          return idle;
        }
      }
    }
    return maker.make();
  }

  /** Takes a scratch back, and frees one beyond what is kept. */
  void release(Scratch scratch) {
    int first = firstSlot();
    for (int i = 0; i < SLOTS; i++) {
      int slot = (first + i) & (SLOTS - 1);
      if (slots.getPlain(slot) == null && slots.compareAndSet(slot, null, scratch)) {
        return;
      }
    }
    scratch.options().release();
  }

  /** Frees what is kept; every scratch that is still to be used has been given back. */
  void clear() {
    for (int slot = 0; slot < SLOTS; slot++) {
      Scratch idle = slots.getAndSet(slot, null);
      if (idle != null) {
        idle.options().release();
      }
    }
  }

  private static int firstSlot() {
    return (int) Thread.currentThread().threadId() & (SLOTS - 1);
  }
}
