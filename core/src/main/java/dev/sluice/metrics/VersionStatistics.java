package dev.sluice.metrics;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the requests to one version of a model, and its runs, took together. A run may be that of
 * several requests.
 *
 * <p>Thread-safe; recording takes no lock. Times are in nanoseconds. What is read while requests
 * end may be of one more here than there.
 */
public final class VersionStatistics {
  /** Clients choose how many rows they send; of further numbers no account is kept. */
  static final int MOST_BATCH_SIZES = 256;

  private final String model;
  private final long version;
  private final Sum succeeded = new Sum();
  private final Sum failed = new Sum();
  private final LongAdder queued = new LongAdder();
  private final LongAdder ran = new LongAdder();
  private final LongAdder rows = new LongAdder();
  private final LongAdder runs = new LongAdder();
  private final ConcurrentMap<Long, Sum> runsByRows = new ConcurrentHashMap<>();

  /** A race to write it costs no more than a millisecond. */
  private volatile long lastMillis;

  VersionStatistics(String model, long version) {
    this.model = model;
    this.version = version;
  }

  /** A number of things, and what they took together. */
  public static final class Sum {
    private final LongAdder count = new LongAdder();
    private final LongAdder nanos = new LongAdder();

    private void add(long nanoseconds) {
      count.increment();
      nanos.add(nanoseconds);
    }

    /** Returns how many there were. */
    public long count() {
      return count.sum();
    }

    /** Returns what they took. */
    public long nanos() {
      return nanos.sum();
    }
  }

  /**
   * A request was answered.
   *
   * @param requestRows how many rows it brought
   * @param queueNanos how long it waited for its run
   * @param runNanos how long the run took
   * @param nowMillis since 1970
   */
  public void succeeded(long requestRows, long queueNanos, long runNanos, long nowMillis) {
    succeeded.add(queueNanos + runNanos);
    queued.add(queueNanos);
    ran.add(runNanos);
    rows.add(requestRows);
    if (nowMillis > lastMillis) {
      lastMillis = nowMillis;
    }
  }

  /** A request failed after so long. */
  public void failed(long nanos) {
    failed.add(nanos);
  }

  /** The model ran, for so many rows at once. */
  public void ran(long runRows, long nanos) {
    runs.increment();
    Sum sum = runsByRows.get(runRows);
    if (sum == null && runsByRows.size() < MOST_BATCH_SIZES) {
      sum = runsByRows.computeIfAbsent(runRows, size -> new Sum());
    }
    if (sum != null) {
      sum.add(nanos);
    }
  }

  /** Returns the model's name. */
  public String model() {
    return model;
  }

  /** Returns the version's number. */
  public long version() {
    return version;
  }

  /** Returns the requests that were answered, from their decoding to the end of their run. */
  public Sum succeeded() {
    return succeeded;
  }

  /** Returns the requests that were decoded and then failed. */
  public Sum failed() {
    return failed;
  }

  /** Returns how long those that were answered have waited for their runs. */
  public long queueNanos() {
    return queued.sum();
  }

  /** Returns how long the runs of those that were answered took; shared ones count for each. */
  public long runNanos() {
    return ran.sum();
  }

  /** Returns how many rows were answered. */
  public long rows() {
    return rows.sum();
  }

  /** Returns how often the model ran. */
  public long runs() {
    return runs.sum();
  }

  /** Returns the runs by the number of their rows. */
  public Map<Long, Sum> runsByRows() {
    return new TreeMap<>(runsByRows);
  }

  /** Returns when a request was last answered, in milliseconds since 1970; 0 if none was. */
  public long lastMillis() {
    return lastMillis;
  }
}
