package dev.sluice.batching.merge;

import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * One request on its way into a batch: how many rows it has and since when it waits.
 *
 * <p>Completes its request exactly once; a second completion is a bug, and says so. Owned by one
 * thread at a time, which hands it on with a happens-before edge.
 */
public final class BatchTask implements Completion {
  private final RunRequest request;
  private final Completion completion;
  private final long firstRow;
  private final long rows;
  private final boolean whole;
  private final long queuedNanos;
  private boolean completed;
  private boolean succeeded;

  private BatchTask(
      RunRequest request,
      Completion completion,
      long firstRow,
      long rows,
      boolean whole,
      long queuedNanos) {
    this.request = request;
    this.completion = completion;
    this.firstRow = firstRow;
    this.rows = rows;
    this.whole = whole;
    this.queuedNanos = queuedNanos;
  }

  /**
   * Returns a task for a request.
   *
   * @param completion not called by this method, whatever it throws
   * @param queuedNanos when the request came, on the scale of System.nanoTime
   * @throws ServingException INVALID_ARGUMENT if the inputs have no common number of rows
   *     (config.md §8.4)
   */
  public static BatchTask of(RunRequest request, Completion completion, long queuedNanos)
      throws ServingException {
    return new BatchTask(request, completion, 0, rows(request), true, queuedNanos);
  }

  /**
   * Returns a task for a request whose rows are known, or that stands for one row because it runs
   * alone.
   */
  public static BatchTask of(
      RunRequest request, Completion completion, long rows, long queuedNanos) {
    return new BatchTask(request, completion, 0, rows, true, queuedNanos);
  }

  /** Returns a task of some of a request's rows. */
  public static BatchTask piece(
      RunRequest request, Completion completion, long firstRow, long rows, long queuedNanos) {
    return new BatchTask(request, completion, firstRow, rows, false, queuedNanos);
  }

  /** The first dimension of all inputs, or 0 for what the engine is to refuse in its own words. */
  private static long rows(RunRequest request) throws ServingException {
    int inputs = request.signature().inputs().size();
    if (inputs == 0) {
      throw ServingException.invalidArgument("Batching Run() must have at least one input tensor");
    }
    long rows = -1;
    for (int i = 0; i < inputs; i++) {
      Tensor input = request.input(i);
      if (input == null || !(input.dtype().isFixedSize() || input.dtype() == DataType.STRING)) {
        return 0;
      }
      Shape shape = input.shape();
      if (shape.rank() == 0) {
        throw ServingException.invalidArgument(
            "Batching Run() input tensors must have at least one dimension");
      }
      if (rows >= 0 && shape.dim(0) != rows) {
        throw ServingException.invalidArgument(
            "Batching Run() input tensors must have equal 0th-dimension size");
      }
      rows = shape.dim(0);
    }
    return rows;
  }

  /** Returns the request. */
  public RunRequest request() {
    return request;
  }

  /** Returns the first of the request's rows that the task is about; mostly 0. */
  long firstRow() {
    return firstRow;
  }

  /** Returns true if the task is about all rows, so that the request can be run as it is. */
  boolean isWhole() {
    return whole;
  }

  /** Returns how many rows the request adds to a batch; 0 if it must {@linkplain #runOn run}. */
  public long rows() {
    return rows;
  }

  /** Returns when the request came, on the scale of System.nanoTime. */
  public long queuedNanos() {
    return queuedNanos;
  }

  /** Returns true once the request has had its result. */
  public boolean hasSucceeded() {
    return succeeded;
  }

  /** Returns true once the request has had its result or its failure. */
  public boolean isCompleted() {
    return completed;
  }

  /**
   * Runs the request by itself, as it is; also one without rows, or without an input. What the
   * servable throws fails the request, and is thrown on.
   */
  public void runOn(Servable servable) {
    try {
      servable.run(request, this);
    } catch (RuntimeException | Error bug) {
      if (!completed) {
        failed(threw());
      }
      throw bug;
    }
  }

  /** Returns how a request fails if the servable, or what is around it, throws. */
  public static ServingException threw() {
    return new ServingException(Code.INTERNAL, "Internal error; the server's log has the reason");
  }

  /** Fails all tasks; a completion that throws keeps no other task from its end. */
  public static void failAll(List<BatchTask> tasks, ServingException failure) {
    failAll(tasks, 0, failure);
  }

  private static void failAll(List<BatchTask> tasks, int first, ServingException failure) {
    int next = first;
    try {
      while (next < tasks.size()) {
        tasks.get(next++).failed(failure);
      }
    } finally {
      if (next < tasks.size()) {
        failAll(tasks, next, failure);
      }
    }
  }

  /** Fails the tasks that a bug has left behind; whether there are any, only the bug knows. */
  public static void failRest(List<BatchTask> tasks) {
    List<BatchTask> rest = new ArrayList<>(tasks);
    rest.removeIf(BatchTask::isCompleted);
    failAll(rest, threw());
  }

  @Override
  public void succeeded(Tensor[] outputs) {
    succeeds();
    deliver(outputs);
  }

  /** Takes note of the result, by the task's owner; whoever then {@linkplain #deliver delivers}. */
  void succeeds() {
    complete();
    succeeded = true;
  }

  /** Gives the client its result, once, on any thread. */
  void deliver(Tensor[] outputs) {
    completion.succeeded(outputs);
  }

  @Override
  public void failed(ServingException failure) {
    complete();
    completion.failed(failure);
  }

  private void complete() {
    if (completed) {
      throw new IllegalStateException("a task of a batch completed twice");
    }
    completed = true;
  }
}
