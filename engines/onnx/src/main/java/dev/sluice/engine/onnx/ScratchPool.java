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

  private final int inputs;
  private final int outputs;
  private final AtomicReferenceArray<@Nullable Scratch> slots = new AtomicReferenceArray<>(SLOTS);

  /** Creates a pool of scratches for so many inputs and outputs. */
  ScratchPool(int inputs, int outputs) {
    this.inputs = inputs;
    this.outputs = outputs;
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
    return new Scratch(inputs, outputs);
  }

  /** Takes a scratch back; the garbage collector has those beyond what is kept. */
  void release(Scratch scratch) {
    int first = firstSlot();
    for (int i = 0; i < SLOTS; i++) {
      int slot = (first + i) & (SLOTS - 1);
      if (slots.getPlain(slot) == null && slots.compareAndSet(slot, null, scratch)) {
        return;
      }
    }
  }

  private static int firstSlot() {
    return (int) Thread.currentThread().threadId() & (SLOTS - 1);
  }
}
