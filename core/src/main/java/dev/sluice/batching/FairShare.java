package dev.sluice.batching;

import dev.sluice.batching.merge.BatchTask;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What clients have of one run. Each is charged what its rows usually take when they are taken, so
 * that clients take turns within a run, too, and the rest when it is known what the run took.
 * Guarded by the lock of the lanes.
 */
final class FairShare {
  private final Accounts all;
  private final double nanosPerRow;
  private final List<BatchTask> tasks = new ArrayList<>();
  private final List<Account> accounts = new ArrayList<>();
  private long rows;

  FairShare(Accounts all, double nanosPerRow) {
    this.all = all;
    this.nanosPerRow = nanosPerRow;
  }

  boolean isEmpty() {
    return tasks.isEmpty();
  }

  long rows() {
    return rows;
  }

  List<BatchTask> tasks() {
    return tasks;
  }

  /** Takes a client's next request, unless it has more rows than there is room for. */
  boolean takeFrom(Account account, Line line, boolean newest, long room) {
    @Nullable BatchTask task = line.takeOne(newest, room);
    if (task == null) {
      return false;
    }
    tasks.add(task);
    accounts.add(account);
    rows += task.rows();
    account.changed(line, -1);
    account.charge(nanosPerRow * task.rows());
    return true;
  }

  /** The run has taken so long. */
  void ran(long nanos) {
    double more = (double) nanos / Math.max(1, rows) - nanosPerRow;
    for (int i = 0; i < tasks.size(); i++) {
      accounts.get(i).note(more * tasks.get(i).rows());
    }
    for (int i = 0; i < accounts.size(); i++) {
      all.settle(accounts.get(i));
    }
  }
}
