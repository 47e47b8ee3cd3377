package dev.sluice.batching;

import dev.sluice.batching.merge.BatchTask;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one kind that wait for a servable, and what runs of that kind have cost.
 *
 * <p>Of one kind are requests of the same signature that want the same outputs and whose inputs
 * have the same types and shapes; in a queue that <em>merges</em>, the first dimension may differ,
 * and requests may share a run. So requests whose inner shapes differ cannot fail each other.
 *
 * <p>The kind never changes. What waits is guarded by the lock of the servable's lanes.
 */
final class RequestQueue {
  /** Percent of the rows for the oldest requests when the newest go first. */
  static final int OLD_SHARE = 12;

  private final Signature signature;
  private final int[] outputs;
  private final @Nullable DataType[] dtypes;
  private final @Nullable Shape[] shapes;
  private final boolean merges;
  private final boolean mayBeCheap;
  private final BatchCosts costs = new BatchCosts();

  /** Guarded by the lock of the lanes, as what follows. */
  private final Forecast forecast;

  private final ArrayDeque<BatchTask> waiting = new ArrayDeque<>();

  private long waitingRows;
  private long owedPercent;

  /**
   * Creates a queue for requests like this one.
   *
   * @param merges whether they may share a run; then every input has a first dimension
   * @param shapeBound whether the shapes decide how long a run takes
   */
  RequestQueue(RunRequest request, boolean merges, boolean shapeBound) {
    this.signature = request.signature();
    this.outputs = request.outputs();
    this.merges = merges;
    this.forecast = new Forecast(costs, merges);
    this.mayBeCheap = shapeBound && Arrays.equals(outputs, signature.allOutputs());
    int inputs = signature.inputs().size();
    this.dtypes = new @Nullable DataType[inputs];
    this.shapes = new @Nullable Shape[inputs];
    for (int i = 0; i < inputs; i++) {
      Tensor input = request.input(i);
      dtypes[i] = input == null ? null : input.dtype();
      shapes[i] = input == null ? null : input.shape();
    }
  }

  /** Returns true if a request is of this kind. */
  boolean fits(RunRequest request, boolean merging) {
    if (request.signature() != signature
        || merging != merges
        || !Arrays.equals(request.outputs(), outputs)) {
      return false;
    }
    for (int i = 0; i < shapes.length; i++) {
      Tensor input = request.input(i);
      Shape shape = shapes[i];
      if (input == null || shape == null) {
        if (input != null || shape != null) {
          return false;
        }
      } else if (input.dtype() != dtypes[i] || !sameDims(shape, input.shape())) {
        return false;
      }
    }
    return true;
  }

  private boolean sameDims(Shape one, Shape other) {
    int rank = one.rank();
    if (other.rank() != rank) {
      return false;
    }
    for (int axis = merges ? 1 : 0; axis < rank; axis++) {
      if (one.dim(axis) != other.dim(axis)) {
        return false;
      }
    }
    return true;
  }

  /** Returns true if requests may share a run. */
  boolean merges() {
    return merges;
  }

  /** Returns true if what runs have cost tells what the next one will. */
  boolean mayBeCheap() {
    return mayBeCheap;
  }

  /** Returns the rows of requests together. */
  static long rows(List<BatchTask> tasks) {
    long rows = 0;
    for (int i = 0; i < tasks.size(); i++) {
      rows += tasks.get(i).rows();
    }
    return rows;
  }

  BatchCosts costs() {
    return costs;
  }

  Forecast forecast() {
    return forecast;
  }

  void add(BatchTask task) {
    waiting.addLast(task);
    waitingRows += task.rows();
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  int size() {
    return waiting.size();
  }

  /** Returns the rows of all that waits. */
  long waitingRows() {
    return waitingRows;
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
    long rows = owedPercent < 100 ? 0 : takeOldest(taken, owedPercent / 100);
    owedPercent -= 100 * Math.min(rows, owedPercent / 100);
    BatchTask next = waiting.peekLast();
    while (next != null && (taken.isEmpty() || rows + next.rows() <= limit)) {
      waiting.removeLast();
      waitingRows -= next.rows();
      rows += next.rows();
      taken.add(next);
      next = waiting.peekLast();
    }
    return taken;
  }

  private long takeOldest(List<BatchTask> taken, long limit) {
    long rows = 0;
    BatchTask next = waiting.peekFirst();
    while (next != null && (taken.isEmpty() || rows + next.rows() <= limit)) {
      waiting.removeFirst();
      waitingRows -= next.rows();
      rows += next.rows();
      taken.add(next);
      next = waiting.peekFirst();
    }
    return rows;
  }
}
