package dev.sluice.engine;

import dev.sluice.servable.RunRequest;
import dev.sluice.tensor.Tensor;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Learns from the runs of one signature what a run costs, by the size of its inputs.
 *
 * <p>The cost of a size class (the inputs' bytes, to the next power of two) is the shortest of the
 * last {@value #WINDOW} runs: a run's time is its own work and, on a busy machine, that of whoever
 * took the core away meanwhile, so the shortest is the work. It is unknown before the first window
 * is full; what happens in the first runs only (graph optimisation, compilation) is never in it.
 *
 * <p>Thread-safe. A class is one word, so that its parts always belong together; of two samples at
 * the same time one may be lost.
 */
final class RunCosts {
  static final int WINDOW = 64;

  private static final int CLASSES = 65;
  private static final int COST_BITS = 28;
  private static final long MAX_COST = (1L << COST_BITS) - 1;
  private static final int SHORTEST_SHIFT = COST_BITS;
  private static final int COUNT_SHIFT = 2 * COST_BITS;

  /*
   * A class: the runs counted in this window (8 bits), the shortest of them, and the cost learned
   * from the window before (28 bits each, in ns, at most 0.27 s); a cost of 0 means unknown.
   */
  private final AtomicLongArray classes = new AtomicLongArray(CLASSES);

  /** Returns the size class of a request: its inputs' bytes, to the next power of two. */
  static int sizeClass(RunRequest request) {
    long bytes = 0;
    int inputs = request.signature().inputs().size();
    for (int i = 0; i < inputs; i++) {
      Tensor input = request.input(i);
      if (input != null) {
        bytes += input.data().byteSize();
      }
    }
    return Long.SIZE - Long.numberOfLeadingZeros(bytes);
  }

  /** Takes the time of one run in. */
  void add(int sizeClass, long nanos) {
    long cost = Math.clamp(nanos, 1, MAX_COST);
    long word = classes.getOpaque(sizeClass);
    int count = (int) (word >>> COUNT_SHIFT) + 1;
    long shortest = count == 1 ? cost : Math.min(cost, (word >>> SHORTEST_SHIFT) & MAX_COST);
    classes.setOpaque(
        sizeClass,
        count == WINDOW
            ? shortest
            : (long) count << COUNT_SHIFT | shortest << SHORTEST_SHIFT | (word & MAX_COST));
  }

  /** Returns true if a run of this class is known to take no longer than this. */
  boolean isKnownBelow(int sizeClass, long nanos) {
    long cost = classes.getOpaque(sizeClass) & MAX_COST;
    return cost != 0 && cost <= nanos;
  }
}
