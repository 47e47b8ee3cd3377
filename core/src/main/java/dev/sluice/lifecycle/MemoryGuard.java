package dev.sluice.lifecycle;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServingException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Refuses loads for which the machine or the container has no memory: better one version that is
 * not loaded than all of them killed. Thread-safe; reads the system's files, so not for event
 * loops.
 *
 * <p>What is free must be enough for the load, for those under way, which have taken only a part of
 * theirs, for the heap, and for a reserve. Of what is free no more than a quarter is kept for the
 * heap: it hardly ever takes all that it may.
 */
final class MemoryGuard {
  /** Loads that need less are never refused: they make no difference. */
  static final long NEGLIGIBLE = 32L << 20;

  private static final long PART_FOR_HEAP = 4;

  private final MemoryCheck check;
  private final LoadGrowth growth = new LoadGrowth();
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private long underWayBytes;

  /** Counts what begins, so that a load notices whether it was alone. */
  @GuardedBy("lock")
  private long begun;

  @GuardedBy("lock")
  private int underWay;

  MemoryGuard(MemoryCheck check) {
    this.check = check;
  }

  /** One load that has been let in. Ended once. */
  final class Load {
    private final ModelVersion version;
    private final long estimate;
    private final long bytes;
    private final long number;
    private final boolean alone;
    private final MemoryReading before;

    private Load(
        ModelVersion version,
        long estimate,
        long bytes,
        long number,
        boolean alone,
        MemoryReading before) {
      this.version = version;
      this.estimate = estimate;
      this.bytes = bytes;
      this.number = number;
      this.alone = alone;
      this.before = before;
    }

    /** It has ended; what it took, if it succeeded, tells what the next one will. */
    void ended(boolean loaded) {
      boolean wasAlone;
      lock.lock();
      try {
        underWayBytes -= bytes;
        underWay--;
        wasAlone = alone && begun == number;
      } finally {
        lock.unlock();
      }
      if (loaded) {
        try {
          learn(wasAlone);
        } catch (RuntimeException | Error nothingLearned) {
          // What has been loaded is there all the same, and must not be lost for this.
        }
      }
    }

    private void learn(boolean wasAlone) {
      if (wasAlone) {
        growth.learn(version, estimate, check.reader().read().grownSince(before));
      } else {
        growth.loaded(version);
      }
    }
  }

  /**
   * Lets a load in.
   *
   * @throws ServingException RESOURCE_EXHAUSTED if there is no memory for it; the text has the
   *     numbers
   */
  Load begin(ModelVersion version, long estimate) throws ServingException {
    long bytes = growth.needs(version, estimate);
    lock.lock();
    try {
      // Under the lock: a load that ends in between would count neither as free nor as under way.
      MemoryReading now = check.reader().read();
      if (!fits(now, bytes)) {
        throw refusal(version, now, bytes);
      }
      underWayBytes += bytes;
      underWay++;
      begun++;
      return new Load(version, estimate, bytes, begun, underWay == 1, now);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Looks whether there is memory now for a version that was refused. What was learned of others
   * and of former versions must not keep it out for ever, so a look that finds enough for its
   * estimate takes a little of that back.
   */
  boolean fits(ModelVersion version, long estimate) {
    long bytes = growth.needs(version, estimate);
    boolean fits;
    boolean fitsByEstimate;
    lock.lock();
    try {
      MemoryReading now = check.reader().read();
      fits = fits(now, bytes);
      fitsByEstimate = fits(now, estimate);
    } finally {
      lock.unlock();
    }
    if (!fits && fitsByEstimate) {
      growth.keptOut(version);
    }
    return fits;
  }

  @GuardedBy("lock")
  private boolean fits(MemoryReading now, long bytes) {
    return bytes <= NEGLIGIBLE || bytes <= spare(now);
  }

  @GuardedBy("lock")
  private long spare(MemoryReading now) {
    return now.free() - check.reserveBytes() - forHeap(now) - underWayBytes;
  }

  private static long forHeap(MemoryReading now) {
    return Math.min(now.heapGrowth(), now.free() / PART_FOR_HEAP);
  }

  @GuardedBy("lock")
  private ServingException refusal(ModelVersion version, MemoryReading now, long bytes) {
    return new ServingException(
        Code.RESOURCE_EXHAUSTED,
        ("Not enough memory to load servable %s: it needs about %d MiB, and of %d MiB %d are free, of"
                + " which %d are for loads under way, %d for the heap and %d a reserve"
                + " (--memory_reserve_mb); it is tried again when there is more")
            .formatted(
                version.id(),
                mib(bytes),
                mib(now.limit()),
                mib(now.free()),
                mib(underWayBytes),
                mib(forHeap(now)),
                mib(check.reserveBytes())));
  }

  private static long mib(long bytes) {
    return bytes >> 20;
  }
}
