package dev.sluice.batching;

import dev.sluice.batching.merge.BatchTask;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one kind that wait for a servable, counted, and what runs of that kind have cost.
 * They wait in the {@linkplain Line lines} of their clients.
 *
 * <p>Of one kind are requests of the same signature that want the same outputs and whose inputs
 * have the same types and shapes; in a queue that <em>merges</em>, the first dimension may differ,
 * and requests may share a run. So requests whose inner shapes differ cannot fail each other.
 *
 * <p>The kind never changes. What waits is guarded by the lock of the servable's lanes.
 */
final class RequestQueue {
  private final Signature signature;
  private final int[] outputs;
  private final @Nullable DataType[] dtypes;
  private final @Nullable Shape[] shapes;
  private final boolean merges;
  private final boolean mayBeCheap;
  private final BatchCosts costs = new BatchCosts();

  /** Guarded by the lock of the lanes, as what follows. */
  private final Forecast forecast;

  private final Line line = new Line(this);
  private int waiting;
  private long waitingRows;

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

  /** Returns the line of the requests that do not say which client they are of. */
  Line line() {
    return line;
  }

  /** A request waits. */
  void added(BatchTask task) {
    waiting++;
    waitingRows += task.rows();
  }

  /** Requests wait no more. */
  void taken(List<BatchTask> tasks) {
    waiting -= tasks.size();
    waitingRows -= rows(tasks);
  }

  boolean isEmpty() {
    return waiting == 0;
  }

  /** Returns the rows of all that waits. */
  long waitingRows() {
    return waitingRows;
  }
}
