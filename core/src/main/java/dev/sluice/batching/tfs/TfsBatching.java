package dev.sluice.batching.tfs;

import dev.sluice.batching.merge.Batch;
import dev.sluice.batching.merge.BatchTask;
import dev.sluice.metrics.BatchingMetrics;
import dev.sluice.metrics.VersionMetrics;
import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.ForwardingServable;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.RunUnderWay;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Merges the runs of a servable as TensorFlow Serving does (config.md §8).
 *
 * <p>A run is queued and returns; a thread of the pool takes the batch and completes it. Requests
 * keep their time here: a batch whose requests are all past their deadlines is failed when its turn
 * comes, otherwise it is run with the largest of their remaining times.
 *
 * <p>Where the reference dies or never answers (a request without rows, tensors of different ranks
 * with padding) there is an ordinary answer.
 *
 * <p>Invariant: every request is completed exactly once. It is refused by {@link #run}, or accepted
 * by the pool, which then gives it to {@link #runBatch} once or fails it when this servable or the
 * pool closes; and a {@link Batch} completes its tasks whatever happens.
 */
public final class TfsBatching extends ForwardingServable {
  /** What no timeout counts as. */
  private static final long LONGEST_RUN = TimeUnit.MICROSECONDS.toNanos(Integer.MAX_VALUE);

  /*
   * What ends requests in their queue. Each is one object, since a failure holds no more than a
   * text, and so that a request whose pieces end in several batches is counted where all of it ends.
   */
  private final ServingException late =
      new ServingException(
          Code.RESOURCE_EXHAUSTED, "Run() timeout exceeded while waiting in batching queue");

  private final ServingException left =
      new ServingException(Code.CANCELLED, "The client left while its request waited for a batch");

  private final ServableId id;
  private final TfsOptions options;
  private final BatchPool pool;
  private final BatchingMetrics metrics;
  private final Consumer<ServableId> expired;
  private final QueueSet queues;

  /**
   * Puts queues in front of a servable that runs on the calling thread.
   *
   * @param pool runs the batches; other servables may share it
   * @param expired is told of each request that ended in its queue, because its deadline passed or
   *     its client left; on a thread of the pool, so it must not block
   */
  public TfsBatching(
      ServableId id,
      Servable servable,
      TfsOptions options,
      BatchPool pool,
      BatchingMetrics metrics,
      Consumer<ServableId> expired) {
    super(servable);
    this.id = id;
    this.options = options;
    this.pool = pool;
    this.metrics = metrics;
    this.expired = expired;
    this.queues = new QueueSet(servable, options, this::runBatch);
    VersionMetrics measured = servable.metrics();
    if (measured != null) {
      measured.countQueued(() -> pool.waiting(queues));
    }
  }

  @Override
  public boolean keepsDeadlines() {
    return true;
  }

  @Override
  public List<RunUnderWay> runsUnderWay() {
    return pool.underWay(queues);
  }

  @Override
  public void run(RunRequest request, Completion completion) {
    try {
      pool.offer(queues, BatchTask.of(request, new CountedEnd(completion), pool.nanoTime()));
    } catch (ServingException refused) {
      completion.failed(refused);
    }
  }

  private void runBatch(List<BatchTask> batch) {
    long now = pool.nanoTime();
    for (BatchTask task : batch) {
      metrics.dequeued(
          now - task.queuedNanos(), task.request().signature().inputs().size(), task.rows());
    }
    List<BatchTask> tasks = withoutCancelled(batch);
    if (tasks.isEmpty()) {
      return;
    }
    long time = remaining(tasks, now);
    if (time <= 0) {
      BatchTask.failAll(tasks, late);
      return;
    }
    for (BatchTask task : tasks) {
      task.request().mayRunUntil(now + time);
    }
    if (tasks.getFirst().rows() == 0) {
      tasks.getFirst().runOn(servable);
    } else {
      runTasks(tasks);
    }
  }

  private void runTasks(List<BatchTask> tasks) {
    long rows = 0;
    for (BatchTask task : tasks) {
      rows += task.rows();
    }
    long padded = options.paddedRows(rows);
    metrics.ran(padded, padded - rows);
    new Batch(servable, tasks, padded, options.padVariableLength()).run();
  }

  /** Ends the tasks whose clients have left; mostly none. */
  private List<BatchTask> withoutCancelled(List<BatchTask> batch) {
    List<BatchTask> gone = new ArrayList<>();
    List<BatchTask> tasks = new ArrayList<>();
    for (BatchTask task : batch) {
      (task.request().isCancelled() ? gone : tasks).add(task);
    }
    BatchTask.failAll(gone, left);
    return tasks;
  }

  /** The end of a request, whose pieces may end in several batches. */
  private final class CountedEnd implements Completion {
    private final Completion completion;

    CountedEnd(Completion completion) {
      this.completion = completion;
    }

    @Override
    public void succeeded(Tensor[] outputs) {
      completion.succeeded(outputs);
    }

    @Override
    public void failed(ServingException failure) {
      if (failure == late || failure == left) {
        expired.accept(id);
      }
      completion.failed(failure);
    }
  }

  /** Returns the largest time that a task has left. */
  private static long remaining(List<BatchTask> tasks, long now) {
    long most = Long.MIN_VALUE;
    for (BatchTask task : tasks) {
      most = Math.max(most, Math.min(task.request().remainingNanos(now), LONGEST_RUN));
    }
    return most;
  }

  @Override
  public void close() {
    pool.close(queues);
    servable.close();
  }
}
