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
 * <p>Only as many queues are remembered as most models need. A kind of requests has a few places
 * where its queue may be; if others are in all of them it takes one, and that other kind starts
 * anew when it comes again, while what waits in its queue is still run. Thread-safe.
 */
final class QueueTable {
  private static final int PLACES = 256;

  /** Of each kind, next to each other; a power of two. */
  private static final int CHOICE = 4;

  private final AtomicReferenceArray<@Nullable RequestQueue> places =
      new AtomicReferenceArray<>(PLACES);

  /** Returns the queue of a request, of its kind with or without merging. */
  RequestQueue queueOf(RunRequest request, boolean merging, boolean shapeBound) {
    int first = hash(request, merging) & (PLACES - 1);
    for (int i = 0; i < CHOICE; i++) {
      RequestQueue known = places.getAcquire(first ^ i);
      if (known == null) {
        return addTo(first ^ i, request, merging, shapeBound);
      }
      if (known.fits(request, merging)) {
        return known;
      }
    }
    RequestQueue made = new RequestQueue(request, merging, shapeBound);
    places.setRelease(first, made);
    return made;
  }

  /** Places never become free again, so that a kind is in none behind one that is free. */
  private RequestQueue addTo(int place, RunRequest request, boolean merging, boolean shapeBound) {
    RequestQueue made = new RequestQueue(request, merging, shapeBound);
    return places.compareAndSet(place, null, made) ? made : queueOf(request, merging, shapeBound);
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
