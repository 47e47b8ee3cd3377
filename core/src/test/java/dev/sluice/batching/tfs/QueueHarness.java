package dev.sluice.batching.tfs;

import dev.sluice.batching.merge.BatchTask;
import dev.sluice.batching.merge.RowServable;
import dev.sluice.batching.merge.TestTask;
import dev.sluice.engine.TestTensors;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Shape;
import java.time.Duration;
import java.util.List;

/** Makes queues and tasks for tests that run nothing. */
final class QueueHarness {
  final RowServable servable = new RowServable();

  static TfsOptions options(long size, Duration timeout, long batches) {
    return new TfsOptions(size, timeout, batches, List.of(), false, false, size);
  }

  static TfsOptions splitting(long size, Duration timeout, long batches, long executed) {
    return new TfsOptions(size, timeout, batches, List.of(), false, true, executed);
  }

  BatchQueue queue(TfsOptions options) {
    return new BatchQueue(
        new QueueSet(servable, options, batch -> {}), options, servable.allocator());
  }

  TestTask request(long rows) {
    Shape shape = Shape.of(rows);
    return new TestTask(
        TestTensors.floats(servable.memory(), shape, new float[(int) rows]),
        TestTensors.floats(servable.memory(), shape, new float[(int) rows]));
  }

  /** Returns a task that came at this time. */
  BatchTask task(long rows, long nanoTime) throws ServingException {
    TestTask request = request(rows);
    return BatchTask.of(request, request, nanoTime);
  }

  /** Ends the tasks of a batch, so that nothing of them is left. */
  static void end(List<BatchTask> batch) {
    BatchTask.failAll(batch, ServingException.invalidArgument("ends the test"));
  }

  static List<Long> rows(List<BatchTask> batch) {
    return batch.stream().map(BatchTask::rows).toList();
  }
}
