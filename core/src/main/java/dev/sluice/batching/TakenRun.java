package dev.sluice.batching;

import dev.sluice.batching.merge.BatchTask;
import dev.sluice.servable.RunUnderWay;
import dev.sluice.servable.ServingException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Requests of one kind on their way, and those that are given up with them. Made and ended under
 * the lock of the lanes, and run without.
 */
final class TakenRun implements Lanes.Work {
  private final RequestQueues.Runner runner;
  private final RequestQueue kind;
  private final List<BatchTask> tasks;
  private final Stale stale;
  private final @Nullable FairShare share;
  private final boolean more;
  private final long started;
  private final double expected;
  private long number;
  private long typicalNanos;

  /**
   * Requests that are not to be run any more.
   *
   * @param refusal what those are told that have waited too long; nobody waits for the others
   */
  record Stale(List<BatchTask> tasks, ServingException refusal) {}

  /**
   * Creates a run.
   *
   * @param tasks may be none, if there are stale ones
   * @param share what clients have of it; null if nobody names clients
   * @param started when, on the scale of System.nanoTime
   */
  TakenRun(
      RequestQueues.Runner runner,
      RequestQueue kind,
      List<BatchTask> tasks,
      Stale stale,
      @Nullable FairShare share,
      long started) {
    this.runner = runner;
    this.kind = kind;
    this.tasks = tasks;
    this.stale = stale;
    this.share = share;
    this.more = !kind.isEmpty();
    this.started = started;
    this.expected = tasks.isEmpty() ? 0 : kind.costs().usual(RequestQueue.rows(tasks));
  }

  @Override
  public void run(boolean onLane) {
    try {
      if (!stale.tasks.isEmpty()) {
        giveUp(onLane);
      }
    } finally {
      if (hasTasks()) {
        runner.run(kind, tasks, onLane, more);
      }
    }
  }

  /** Whoever runs requests ends those that nobody waits for. */
  private void giveUp(boolean onLane) {
    List<BatchTask> left = new ArrayList<>();
    List<BatchTask> old = new ArrayList<>();
    for (BatchTask task : stale.tasks) {
      (task.request().isAbandoned() ? left : old).add(task);
    }
    try {
      BatchTask.failAll(old, stale.refusal);
    } finally {
      if (!left.isEmpty()) {
        runner.run(kind, left, onLane, true);
      }
    }
  }

  /**
   * Numbers it for those who watch over runs.
   *
   * @param typical what runs of the servable usually take
   */
  void watched(long ofAll, long typical) {
    number = ofAll;
    typicalNanos = typical;
  }

  RunUnderWay underWay() {
    return new RunUnderWay(number, Math.max((long) expected, typicalNanos));
  }

  /** Returns how long it should still take. */
  double remaining(long now) {
    return Math.max(0, started + expected - now);
  }

  /** It has ended now. */
  void ended(long now) {
    if (share != null) {
      share.ran(now - started);
    }
  }

  /** Returns true if it has more to do than to give up what is stale. */
  boolean hasTasks() {
    return !tasks.isEmpty();
  }

  long started() {
    return started;
  }

  double expected() {
    return expected;
  }
}
