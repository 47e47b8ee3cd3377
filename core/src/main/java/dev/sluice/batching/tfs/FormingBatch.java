package dev.sluice.batching.tfs;

import dev.sluice.batching.merge.BatchTask;
import java.util.ArrayList;
import java.util.List;

/** A batch that waits, and that more tasks may join. Not thread-safe. */
final class FormingBatch {
  private final List<BatchTask> tasks = new ArrayList<>();
  private long rows;

  FormingBatch(BatchTask first) {
    add(first);
  }

  void add(BatchTask task) {
    tasks.add(task);
    rows += task.rows();
  }

  /** Returns the tasks, in the order in which they came; at least one. */
  List<BatchTask> tasks() {
    return tasks;
  }

  long rows() {
    return rows;
  }

  /** Returns when the first task came. */
  long since() {
    return tasks.getFirst().queuedNanos();
  }
}
