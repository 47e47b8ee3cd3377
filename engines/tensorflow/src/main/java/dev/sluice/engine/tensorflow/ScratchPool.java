package dev.sluice.engine.tensorflow;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the scratch memory of calls for the next call. Thread-safe, never blocks.
 *
 * <p>A slot holds an idle scratch or null. A thread begins to look at a slot of its own, so that
 * lanes rarely meet. Not a ThreadLocal: that would keep memory for every thread that ever called.
 */
final class ScratchPool {
  private static final int SLOTS = 16;

  private final TfLibrary library;
  private final int feeds;
  private final int fetches;
  private final AtomicReferenceArray<@Nullable Scratch> slots = new AtomicReferenceArray<>(SLOTS);

  /** Creates a pool of scratches for so many inputs and outputs. */
  ScratchPool(TfLibrary library, int feeds, int fetches) {
    this.library = library;
    this.feeds = feeds;
    this.fetches = fetches;
  }

  /** Returns a scratch that nobody else uses; give it back by {@link #release}. */
  Scratch acquire() {
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
    return new Scratch(library, feeds, fetches);
  }

  /** Takes a scratch back. */
  void release(Scratch scratch) {
    int first = firstSlot();
    for (int i = 0; i < SLOTS; i++) {
      int slot = (first + i) & (SLOTS - 1);
      if (slots.getPlain(slot) == null && slots.compareAndSet(slot, null, scratch)) {
        return;
      }
    }
    library.deleteStatus(scratch.status());
  }

  /** Frees the idle ones; called when no call is under way. */
  void close() {
    for (int slot = 0; slot < SLOTS; slot++) {
      Scratch idle = slots.getAndSet(slot, null);
      if (idle != null) {
        library.deleteStatus(idle.status());
      }
    }
  }

  private static int firstSlot() {
    return (int) Thread.currentThread().threadId() & (SLOTS - 1);
  }
}
