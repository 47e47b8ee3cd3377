package dev.sluice.metrics;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

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

  /** Smaller runs are found by index: nearly all are, and none of them shall box a number. */
  private static final int INDEXED = 129;

  private final String model;
  private final long version;
  private final LongAdder succeeded = new LongAdder();
  private final Cell failed = new Cell();
  private final LongAdder queued = new LongAdder();
  private final LongAdder ran = new LongAdder();
  private final LongAdder rows = new LongAdder();
  private final LongAdder runs = new LongAdder();
  private final AtomicReferenceArray<@Nullable Cell> runsOfFewRows =
      new AtomicReferenceArray<>(INDEXED);
  private final ConcurrentMap<Long, Cell> runsOfManyRows = new ConcurrentHashMap<>();

  /** A race to write it costs no more than a millisecond. */
  private volatile long lastMillis;

  VersionStatistics(String model, long version) {
    this.model = model;
    this.version = version;
  }

  /** A number of things, and what they took together. */
  public record Sum(long count, long nanos) {}

  /** Where a sum grows. */
  private static final class Cell {
    private final LongAdder count = new LongAdder();
    private final LongAdder nanos = new LongAdder();

    void add(long nanoseconds) {
      count.increment();
      nanos.add(nanoseconds);
    }

    Sum sum() {
      return new Sum(count.sum(), nanos.sum());
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
    succeeded.increment();
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
    Cell cell = runRows >= 0 && runRows < INDEXED ? ofFewRows((int) runRows) : ofManyRows(runRows);
    if (cell != null) {
      cell.add(nanos);
    }
  }

  private Cell ofFewRows(int runRows) {
    Cell cell = runsOfFewRows.get(runRows);
    if (cell != null) {
      return cell;
    }
    Cell created = new Cell();
    Cell other = runsOfFewRows.compareAndExchange(runRows, null, created);
    return other == null ? created : other;
  }

  private @Nullable Cell ofManyRows(long runRows) {
    Cell cell = runsOfManyRows.get(runRows);
    return cell == null && runsOfManyRows.size() < MOST_BATCH_SIZES - INDEXED
        ? runsOfManyRows.computeIfAbsent(runRows, size -> new Cell())
        : cell;
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
    return new Sum(succeeded.sum(), queued.sum() + ran.sum());
  }

  /** Returns the requests that were decoded and then failed. */
  public Sum failed() {
    return failed.sum();
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
    Map<Long, Sum> sums = new TreeMap<>();
    for (int i = 0; i < INDEXED; i++) {
      Cell cell = runsOfFewRows.get(i);
      if (cell != null) {
        sums.put((long) i, cell.sum());
      }
    }
    runsOfManyRows.forEach((size, cell) -> sums.put(size, cell.sum()));
    return sums;
  }

  /** Returns when a request was last answered, in milliseconds since 1970; 0 if none was. */
  public long lastMillis() {
    return lastMillis;
  }
}
