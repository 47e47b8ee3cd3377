package dev.sluice.engine;

import dev.sluice.servable.RunRequest;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Learns from the runs of one signature what a run costs, for each combination of input shapes.
 *
 * <p>The cost is the shortest of the last {@value #WINDOW} runs that succeeded: a run's time is its
 * own work and, on a busy machine, that of whoever took the core away meanwhile, so the shortest is
 * the work. It is unknown before the first window is full; what happens in the first runs only
 * (graph optimisation, compilation) is never in it.
 *
 * <p>Only as many combinations are remembered as most models see; of two that fall on one place the
 * later one stays, and starts anew. Thread-safe.
 */
final class RunCosts {
  static final int WINDOW = 64;

  private static final int PLACES = 256;

  private final AtomicReferenceArray<@Nullable Cost> places = new AtomicReferenceArray<>(PLACES);

  /** Returns the cost of requests with the shapes of this one; to be asked before its run. */
  Cost of(RunRequest request) {
    int place = hash(request) & (PLACES - 1);
    Cost known = places.getAcquire(place);
    if (known == null || !known.fits(request)) {
      known = new Cost(shapesOf(request));
      places.setRelease(place, known);
    }
    return known;
  }

  private static int hash(RunRequest request) {
    int hash = 1;
    for (int i = 0; i < request.signature().inputs().size(); i++) {
      Tensor input = request.input(i);
      hash = 31 * hash + (input == null ? 0 : input.shape().hashCode());
    }
    return hash ^ (hash >>> 8) ^ (hash >>> 16);
  }

  private static @Nullable Shape[] shapesOf(RunRequest request) {
    @Nullable Shape[] shapes = new @Nullable Shape[request.signature().inputs().size()];
    for (int i = 0; i < shapes.length; i++) {
      Tensor input = request.input(i);
      shapes[i] = input == null ? null : input.shape();
    }
    return shapes;
  }

  /** What runs with the same input shapes cost. */
  static final class Cost {
    private static final int BITS = 28;
    private static final long MAX = (1L << BITS) - 1;

    private final @Nullable Shape[] shapes;

    /*
     * The runs counted in this window (8 bits), the shortest of them, and the cost learned from the
     * window before (28 bits each, in ns, at most 0.27 s); a cost of 0 means unknown. One word, so
     * that its parts always belong together; of two samples at the same time one may be lost.
     */
    private final AtomicLong word = new AtomicLong();

    private Cost(@Nullable Shape[] shapes) {
      this.shapes = shapes;
    }

    private boolean fits(RunRequest request) {
      if (request.signature().inputs().size() != shapes.length) {
        return false;
      }
      for (int i = 0; i < shapes.length; i++) {
        Tensor input = request.input(i);
        Shape shape = shapes[i];
        boolean same = Objects.equals(shape, input == null ? null : input.shape());
        if (!same) {
          return false;
        }
      }
      return true;
    }

    /** Takes in how long one run took that succeeded. */
    void add(long nanos) {
      long cost = Math.clamp(nanos, 1, MAX);
      long before = word.getOpaque();
      int count = (int) (before >>> (2 * BITS)) + 1;
      long shortest = count == 1 ? cost : Math.min(cost, (before >>> BITS) & MAX);
      word.setOpaque(
          count == WINDOW
              ? shortest
              : ((long) count << (2 * BITS)) | (shortest << BITS) | (before & MAX));
    }

    /** Returns true if a run is known to take no longer than this. */
    boolean isKnownBelow(long nanos) {
      long cost = word.getOpaque() & MAX;
      return cost != 0 && cost <= nanos;
    }
  }
}
