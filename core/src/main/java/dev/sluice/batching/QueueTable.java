package dev.sluice.batching;

import dev.sluice.servable.RunRequest;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Finds the queue for a request of one signature.
 *
 * <p>Only as many queues are remembered as most models need; of two that fall on one place the
 * later one stays, and starts anew, while what waits in the other is still run. Thread-safe.
 */
final class QueueTable {
  private static final int PLACES = 256;

  private final AtomicReferenceArray<@Nullable RequestQueue> places =
      new AtomicReferenceArray<>(PLACES);

  /** Returns the queue of a request, of its kind with or without merging. */
  RequestQueue queueOf(RunRequest request, boolean merging, boolean shapeBound) {
    int place = hash(request, merging) & (PLACES - 1);
    RequestQueue known = places.getAcquire(place);
    if (known == null || !known.fits(request, merging)) {
      known = new RequestQueue(request, merging, shapeBound);
      places.setRelease(place, known);
    }
    return known;
  }

  private static int hash(RunRequest request, boolean merging) {
    int hash = 31 * Arrays.hashCode(request.outputs()) + (merging ? 1 : 7);
    int inputs = request.signature().inputs().size();
    for (int i = 0; i < inputs; i++) {
      Tensor input = request.input(i);
      hash *= 31;
      if (input != null) {
        Shape shape = input.shape();
        for (int axis = merging ? 1 : 0; axis < shape.rank(); axis++) {
          hash = 31 * hash + Long.hashCode(shape.dim(axis));
        }
      }
    }
    return hash ^ (hash >>> 8) ^ (hash >>> 16);
  }
}
