package dev.sluice.metrics;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** How samples are distributed over buckets, and their sum. Thread-safe; takes no lock. */
public final class Histogram implements Metric {
  private final Buckets buckets;
  private final LongAdder[] counts;
  private final LongAdder sum = new LongAdder();

  /** One for each bucket, once the first is there; a race to be the first loses nothing else. */
  private volatile @Nullable AtomicReferenceArray<@Nullable Exemplar> exemplars;

  Histogram(Buckets buckets) {
    this.buckets = buckets;
    this.counts = new LongAdder[buckets.partCount() + 1];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  /** Adds a sample. */
  public void record(long sample) {
    counts[buckets.partOf(sample)].increment();
    sum.add(sample);
  }

  /**
   * Names a recorded trace that has a sample like this one; in the place of the one before.
   *
   * @param millis since 1970
   */
  void exemplify(long sample, String traceId, long millis) {
    AtomicReferenceArray<@Nullable Exemplar> known = exemplars;
    if (known == null) {
      known = new AtomicReferenceArray<>(buckets.limitCount() + 1);
      exemplars = known;
    }
    known.set(buckets.indexOf(sample), new Exemplar(traceId, sample, millis));
  }

  /** Returns an exemplar of one bucket, or null. */
  @Nullable Exemplar exemplar(int bucket) {
    AtomicReferenceArray<@Nullable Exemplar> known = exemplars;
    return known == null ? null : known.get(bucket);
  }

  Buckets buckets() {
    return buckets;
  }

  /** Returns how many samples are in one bucket; the last one has no limit. */
  long countIn(int bucket) {
    int first = bucket * buckets.parts();
    int end = Math.min(first + buckets.parts(), counts.length);
    long count = 0;
    for (int part = first; part < end; part++) {
      count += counts[part].sum();
    }
    return count;
  }

  /** Returns how many samples are in one part; the last one has no limit. */
  long countInPart(int part) {
    return counts[part].sum();
  }

  /** Returns the number of samples. */
  public long count() {
    long count = 0;
    for (LongAdder bucket : counts) {
      count += bucket.sum();
    }
    return count;
  }

  /** Returns the sum of the samples. */
  public long sum() {
    return sum.sum();
  }

  /** Returns 0, as the reference does where a number is asked of a histogram. */
  @Override
  public long integer() {
    return 0;
  }
}
