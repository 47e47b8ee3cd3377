package dev.sluice.batching;

import dev.sluice.batching.merge.Batch;
import dev.sluice.batching.merge.BatchTask;
import dev.sluice.servable.Servable;
import java.util.ArrayList;
import java.util.List;

/**
 * A run that requests share, but not its failure: a value that the model does not take fails the
 * whole run, and whose it was is not told. Those requests are handed back, to run by themselves.
 */
final class SharedRun {
  private SharedRun() {}

  /**
   * Runs requests together, on the calling thread. What the servable throws is thrown on; then some
   * may have no end.
   *
   * @return those that still need a run; mostly none
   */
  static List<BatchTask> run(Servable servable, List<BatchTask> tasks, long rows) {
    Batch.attempt(servable, tasks, rows).run();
    if (tasks.getFirst().isCompleted()) { // then all are
      return List.of();
    }
    List<BatchTask> rest = new ArrayList<>(tasks);
    rest.removeIf(BatchTask::isCompleted);
    return rest;
  }
}
