package dev.sluice.batching.tfs;

import dev.sluice.batching.merge.BatchTask;
import dev.sluice.batching.merge.SplitTask;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.TensorAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Forms batches of the tasks of one kind: of one version, with the same inputs and outputs
 * (config.md §8.4). Knows no clock and no thread; whoever calls it holds the pool's lock.
 *
 * <p>The last batch that waits is open: tasks join it as long as they fit. It may be run when it is
 * full, or when its first task is old enough; those before it at any time. Whatever {@link #add}
 * accepts, {@link #take} or {@link #clear} gives back once.
 */
final class BatchQueue {
  private final QueueSet owner;
  private final TfsOptions options;
  private final TensorAllocator allocator;
  private final Deque<FormingBatch> closed = new ArrayDeque<>();
  private @Nullable FormingBatch open;

  /** The rotation's own: where this queue is in it. */
  Rotation.Place place = Rotation.Place.NOWHERE;

  /** The rotation's own: when the open batch may be run, if this queue waits for that. */
  long due;

  /**
   * Creates an empty queue.
   *
   * @param allocator gives memory to join the outputs of tasks that are split
   */
  BatchQueue(QueueSet owner, TfsOptions options, TensorAllocator allocator) {
    this.owner = owner;
    this.options = options;
    this.allocator = allocator;
  }

  QueueSet owner() {
    return owner;
  }

  boolean isEmpty() {
    return open == null && closed.isEmpty();
  }

  /** Returns how many tasks wait. */
  int size() {
    FormingBatch last = open;
    int tasks = last == null ? 0 : last.tasks().size();
    for (FormingBatch batch : closed) {
      tasks += batch.tasks().size();
    }
    return tasks;
  }

  /** Returns true if there is a batch that may be run, however late it is. */
  boolean isReady() {
    FormingBatch last = open;
    return !closed.isEmpty()
        || (last != null && (last.rows() >= options.batchLimit() || options.timeoutNanos() == 0));
  }

  /** Returns true if there is an open batch and it is old enough. */
  boolean isDue(long now) {
    return open != null && dueNanos() - now <= 0;
  }

  /** Returns when the batch that is still open may be run; there is one. */
  long dueNanos() {
    FormingBatch last = open;
    if (last == null) {
      throw new IllegalStateException("no open batch");
    }
    return last.since() + options.timeoutNanos();
  }

  /** Takes the oldest batch out, which need not be ready; there is one. */
  List<BatchTask> take() {
    FormingBatch first = closed.poll();
    if (first == null) {
      first = open;
      open = null;
    }
    if (first == null) {
      throw new IllegalStateException("no batch");
    }
    return first.tasks();
  }

  /** Takes all tasks out. */
  List<BatchTask> clear() {
    List<BatchTask> tasks = new ArrayList<>();
    while (!isEmpty()) {
      tasks.addAll(take());
    }
    return tasks;
  }

  /**
   * Adds a task.
   *
   * @throws ServingException INVALID_ARGUMENT if it is too large, UNAVAILABLE if there is no room
   */
  void add(BatchTask task) throws ServingException {
    if (task.rows() > options.maxBatchSize()) {
      throw ServingException.invalidArgument(
          "Task size "
              + task.rows()
              + " is larger than maximum input batch size "
              + options.maxBatchSize());
    }
    if (task.rows() == 0) {
      checkRoom();
      closed.add(new FormingBatch(task));
    } else if (options.splitting()) {
      addSplit(task);
    } else {
      if (!fits(task)) {
        checkRoom();
        closeOpen();
      }
      append(task);
    }
  }

  private boolean fits(BatchTask task) {
    return openRows() + task.rows() <= options.batchLimit();
  }

  private long openRows() {
    return open == null ? 0 : open.rows();
  }

  private void append(BatchTask task) {
    if (open == null) {
      open = new FormingBatch(task);
    } else {
      open.add(task);
    }
  }

  private void closeOpen() {
    if (open != null) {
      closed.add(open);
      open = null;
    }
  }

  private void checkRoom() throws ServingException {
    int batches = closed.size() + (open == null ? 0 : 1);
    if (batches >= options.maxEnqueuedBatches()) {
      throw new ServingException(
          Code.UNAVAILABLE,
          "The batch scheduling queue to which this task was submitted is full; currently "
              + batches
              + " batches enqueued and max_enqueued_batches is "
              + options.maxEnqueuedBatches());
    }
  }

  private void addSplit(BatchTask task) throws ServingException {
    checkCapacity(task);
    long limit = options.batchLimit();
    long free = limit - openRows();
    if (task.rows() <= free) {
      append(task);
      return;
    }
    for (BatchTask piece : SplitTask.cut(task, free, limit, allocator)) {
      if (!fits(piece)) {
        closeOpen();
      }
      append(piece);
    }
  }

  /** Counts as the reference does, which always has an open batch, if only an empty one. */
  private void checkCapacity(BatchTask task) throws ServingException {
    long limit = options.batchLimit();
    long batches = closed.size() + 1L;
    long more = Math.max(0, options.maxEnqueuedBatches() - batches);
    long capacity = Math.min(more, Long.MAX_VALUE / limit - 1) * limit + limit - openRows();
    if (task.rows() > capacity) {
      throw new ServingException(
          Code.UNAVAILABLE,
          "The batch scheduling queue to which this task was submitted is full; task size is %d but scheduling capacity is only %d (num_enqueued_batches=%d, max_enqueued_batches=%d, open_batch_size=%d, max_execution_batch_size=%d)"
              .formatted(
                  task.rows(), capacity, batches, options.maxEnqueuedBatches(), openRows(), limit));
    }
  }
}
