package dev.sluice.batching;

import dev.sluice.batching.merge.BatchTask;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one client and of one kind that wait, in the order they came. Guarded by the lock
 * of the lanes.
 */
final class Line {
  /** Percent of the rows for the oldest requests when the newest go first. */
  static final int OLD_SHARE = 12;

  private final RequestQueue kind;
  private final ArrayDeque<BatchTask> waiting = new ArrayDeque<>();
  private long rows;
  private long owedPercent;

  Line(RequestQueue kind) {
    this.kind = kind;
  }

  RequestQueue kind() {
    return kind;
  }

  void add(BatchTask task) {
    waiting.addLast(task);
    rows += task.rows();
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Returns the rows of all that waits here. */
  long rows() {
    return rows;
  }

  /** Returns the rows of the larger of the two requests of which one is taken first. */
  long largestNext() {
    return Math.max(waiting.getFirst().rows(), waiting.getLast().rows());
  }

  /** Returns when the one that waits longest was queued; there is one. */
  long oldest() {
    return waiting.getFirst().queuedNanos();
  }

  /**
   * Takes requests out, those first that have waited longest.
   *
   * @param limit rows that they may have together; one request may have more
   */
  List<BatchTask> takeOldest(long limit) {
    List<BatchTask> taken = new ArrayList<>();
    takeOldest(taken, limit);
    return taken;
  }

  /**
   * Takes requests out, those first that came last; but {@value #OLD_SHARE} of the rows in a
   * hundred go to those that have waited longest, so that nobody waits for ever.
   */
  List<BatchTask> takeNewest(long limit) {
    List<BatchTask> taken = new ArrayList<>();
    owedPercent += OLD_SHARE * limit;
    long before = rows;
    if (owedPercent >= 100) {
      takeOldest(taken, owedPercent / 100);
    }
    owedPercent -= 100 * Math.min(before - rows, owedPercent / 100);
    BatchTask next = waiting.peekLast();
    while (next != null && (taken.isEmpty() || before - rows + next.rows() <= limit)) {
      taken.add(removed(waiting.removeLast()));
      next = waiting.peekLast();
    }
    return taken;
  }

  private void takeOldest(List<BatchTask> taken, long limit) {
    long before = rows;
    BatchTask next = waiting.peekFirst();
    while (next != null && (taken.isEmpty() || before - rows + next.rows() <= limit)) {
      taken.add(removed(waiting.removeFirst()));
      next = waiting.peekFirst();
    }
  }

  /**
   * Takes one request out, if it has no more rows than this: the one that came last, or now and
   * then, and otherwise always, the one that has waited longest.
   */
  @Nullable BatchTask takeOne(boolean newest, long limit) {
    boolean last = newest && owedPercent + OLD_SHARE < 100;
    BatchTask next = last ? waiting.peekLast() : waiting.peekFirst();
    if (next == null || next.rows() > limit) {
      return null;
    }
    if (newest) {
      owedPercent += last ? OLD_SHARE : OLD_SHARE - 100;
    }
    return removed(last ? waiting.removeLast() : waiting.removeFirst());
  }

  /**
   * Takes those of the oldest out that are not to be run any more: that have waited longer than
   * this, or that nobody waits for. No more than so many.
   */
  List<BatchTask> takeStale(long now, long longest, int most) {
    List<BatchTask> taken = new ArrayList<>();
    BatchTask next = waiting.peekFirst();
    while (next != null
        && taken.size() < most
        && (now - next.queuedNanos() > longest || next.request().isAbandoned())) {
      taken.add(removed(waiting.removeFirst()));
      next = waiting.peekFirst();
    }
    return taken;
  }

  private BatchTask removed(BatchTask task) {
    rows -= task.rows();
    return task;
  }
}
