package dev.sluice.batching.tfs;

import dev.sluice.batching.merge.BatchTask;
import dev.sluice.servable.ServingException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is: queues with a batch that may be run, one batch of each in turn, and queues
 * whose batch is to become old enough. Knows no clock and no thread; whoever calls it holds the
 * pool's lock.
 *
 * <p>Every queue that has tasks is in exactly one of the two.
 */
final class Rotation {
  /** Where a queue is. */
  enum Place {
    NOWHERE,
    WAITING,
    READY
  }

  /** A batch whose turn it is, where it comes from, and when it was taken. */
  record Turn(BatchQueue queue, List<BatchTask> tasks, long takenNanos) {}

  private final Deque<BatchQueue> ready = new ArrayDeque<>();

  /** The first to be due comes first. By differences, since a clock's number may overflow. */
  private final PriorityQueue<BatchQueue> waiting =
      new PriorityQueue<>((one, other) -> Long.signum(one.due - other.due));

  /**
   * Adds a task to a queue.
   *
   * @return true if there is work now, or a time to wait for, that nobody knew of before
   * @throws ServingException if the queue refuses it
   */
  boolean add(BatchQueue queue, BatchTask task) throws ServingException {
    Place before = queue.place;
    queue.add(task);
    place(queue, false);
    return queue.place != before && (queue.place == Place.READY || waiting.peek() == queue);
  }

  /** What has become due remains so; {@link #take} takes it from its place first. */
  private void place(BatchQueue queue, boolean due) {
    if (queue.place == Place.READY || queue.isEmpty()) {
      return;
    }
    if (due || queue.isReady()) {
      remove(queue);
      queue.place = Place.READY;
      ready.add(queue);
    } else if (queue.place == Place.NOWHERE) {
      queue.place = Place.WAITING;
      queue.due = queue.dueNanos();
      waiting.add(queue);
    }
  }

  private void remove(BatchQueue queue) {
    switch (queue.place) {
      case READY -> ready.remove(queue);
      case WAITING -> waiting.remove(queue);
      case NOWHERE -> {}
    }
    queue.place = Place.NOWHERE;
  }

  /** Takes the batch whose turn it is; null if there is none at this time. */
  @Nullable Turn take(long now) {
    BatchQueue first = waiting.peek();
    while (first != null && first.due - now <= 0) {
      place(first, true);
      first = waiting.peek();
    }
    BatchQueue queue = ready.poll();
    if (queue == null) {
      return null;
    }
    queue.place = Place.NOWHERE;
    Turn turn = new Turn(queue, queue.take(), now);
    place(queue, queue.isDue(now));
    return turn;
  }

  /** Returns true if there is a batch to take, whatever the time. */
  boolean hasReady() {
    return !ready.isEmpty();
  }

  /** Returns true if a batch waits to become old enough. */
  boolean hasWaiting() {
    return !waiting.isEmpty();
  }

  /** Returns how long until the first batch that waits becomes old enough; there is one. */
  long untilDue(long now) {
    BatchQueue first = waiting.peek();
    if (first == null) {
      throw new IllegalStateException("no batch waits");
    }
    return Math.max(0, first.due - now);
  }

  /** Takes all tasks out of a queue. */
  List<BatchTask> clear(BatchQueue queue) {
    remove(queue);
    return queue.clear();
  }

  /** Takes all tasks out of all queues. */
  List<BatchTask> clear() {
    List<BatchQueue> queues = new ArrayList<>(ready);
    queues.addAll(waiting);
    List<BatchTask> tasks = new ArrayList<>();
    queues.forEach(queue -> tasks.addAll(clear(queue)));
    return tasks;
  }
}
