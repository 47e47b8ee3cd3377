package dev.sluice.batching.merge;

import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.StoppableRun;
import dev.sluice.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several tasks as one run of a servable.
 *
 * <p>{@link #run} merges the inputs, runs the servable on the calling thread and hands each task
 * its rows of the outputs. A task that needs no merging is passed through as it is. One failure
 * fails every task, or none if it is an {@linkplain #attempt attempt}. Confined to the thread that
 * runs it, and then to the one that completes.
 */
public final class Batch implements RunRequest, Completion {
  /*
   * Every task is completed exactly once, and every tensor made here is closed exactly once:
   *
   *   merging failed       InputMerger has closed what it made      the tasks fail
   *   running              `inputs` are this batch's                the completion, below, ends it
   *   splitting failed     OutputSplitter has closed the outputs    the tasks fail
   *   split                the parts are the tasks' completions'    each task succeeds
   *
   * What throws, be it the servable or a task's completion, keeps no other task from its end; it is
   * then thrown on, to the root of the thread, which is where bugs are reported.
   */
  private static final Tensor[] NONE = {};

  private final Servable servable;
  private final TaskGroup group;
  private final long rows;
  private final boolean padVariableLength;
  private final boolean failsTasks;
  private Tensor[] inputs = NONE;
  private boolean completed;

  /**
   * Creates a batch.
   *
   * @param tasks at least one, each with rows, all of the same tensors; the first one's signature
   *     is run
   * @param paddedRows how many rows the servable gets: those of the tasks, or more, which are then
   *     copies of the last task's first row
   * @param padVariableLength true if dimensions that differ are padded to the largest; otherwise
   *     they fail the batch
   */
  public Batch(
      Servable servable, List<BatchTask> tasks, long paddedRows, boolean padVariableLength) {
    this(servable, tasks, paddedRows, padVariableLength, true);
  }

  private Batch(
      Servable servable,
      List<BatchTask> tasks,
      long paddedRows,
      boolean padVariableLength,
      boolean failsTasks) {
    this.failsTasks = failsTasks;
    this.servable = servable;
    this.group = new TaskGroup(tasks);
    this.rows = paddedRows;
    this.padVariableLength = padVariableLength;
    if (group.hasEmpty() || paddedRows < group.rows()) {
      throw new IllegalArgumentException(
          "a batch of %d rows for tasks of %d, each of 1 or more"
              .formatted(paddedRows, group.rows()));
    }
  }

  /**
   * Returns a batch whose failure is not its tasks': if it fails, no task is completed, and each is
   * still to be run by itself.
   *
   * @param tasks at least two, as for the constructor
   */
  public static Batch attempt(Servable servable, List<BatchTask> tasks, long rows) {
    return new Batch(servable, tasks, rows, false, false);
  }

  /** Runs the tasks. What the servable throws fails them, and is thrown on. */
  public void run() {
    if (group.size() == 1 && group.task(0).isWhole() && group.task(0).rows() == rows) {
      group.task(0).runOn(servable);
      return;
    }
    if (merge()) {
      try {
        servable.run(this, this);
      } catch (RuntimeException | Error bug) {
        if (!completed) {
          failed(BatchTask.threw());
        }
        throw bug;
      }
    }
  }

  private boolean merge() {
    try {
      group.align();
      inputs = InputMerger.merge(group, servable.allocator(), rows, padVariableLength);
      return true;
    } catch (ServingException unfit) {
      failed(unfit);
    } catch (OutOfMemoryError e) {
      failed(outOfMemory(e));
    } catch (RuntimeException | Error bug) {
      failed(BatchTask.threw());
      throw bug;
    }
    return false;
  }

  private static ServingException outOfMemory(OutOfMemoryError e) {
    return new ServingException(
        Code.RESOURCE_EXHAUSTED, "Out of memory for a batch: " + e.getMessage());
  }

  @Override
  public Signature signature() {
    return group.lead().signature();
  }

  @Override
  public Tensor input(int index) {
    return inputs[index];
  }

  @Override
  public int[] outputs() {
    return group.lead().outputs();
  }

  /** Returns true if no task's client waits any more. */
  @Override
  public boolean isAbandoned() {
    for (int t = 0; t < group.size(); t++) {
      if (!group.task(t).request().isAbandoned()) {
        return false;
      }
    }
    return true;
  }

  /** Returns true if every task's client has left or been answered otherwise. */
  @Override
  public boolean isCancelled() {
    for (int t = 0; t < group.size(); t++) {
      if (!group.task(t).request().isCancelled()) {
        return false;
      }
    }
    return true;
  }

  /** Whoever of the clients leaves last has the run cut short. */
  @Override
  public void stoppableBy(@Nullable StoppableRun run) {
    for (int t = 0; t < group.size(); t++) {
      group.task(t).request().stoppableBy(run);
    }
  }

  @Override
  public void ran(long startNanos, long endNanos, long runRows) {
    for (int t = 0; t < group.size(); t++) {
      group.task(t).request().ran(startNanos, endNanos, runRows);
    }
  }

  @Override
  public void succeeded(Tensor[] outputs) {
    if (completed) {
      close(outputs);
    }
    complete();
    try {
      Tensor[][] parts = split(outputs);
      if (parts != null) {
        Delivery.deliver(group.tasks(), parts);
      }
    } finally {
      closeInputs();
    }
  }

  /** Returns each task's outputs, or null after the tasks have been failed. */
  private Tensor @Nullable [][] split(Tensor[] outputs) {
    try {
      return OutputSplitter.split(group, servable.allocator(), outputs, rows);
    } catch (ServingException unfit) {
      failAll(unfit);
    } catch (OutOfMemoryError e) {
      failAll(outOfMemory(e));
    } catch (RuntimeException | Error bug) {
      failAll(BatchTask.threw());
      throw bug;
    }
    return null;
  }

  @Override
  public void failed(ServingException failure) {
    complete();
    try {
      failAll(failure);
    } finally {
      closeInputs();
    }
  }

  private void failAll(ServingException failure) {
    if (failsTasks) {
      BatchTask.failAll(group.tasks(), failure);
    }
  }

  private void complete() {
    if (completed) {
      throw new IllegalStateException("a batch of " + signature() + " completed twice");
    }
    completed = true;
  }

  private void closeInputs() {
    Tensor[] merged = inputs;
    inputs = NONE;
    close(merged);
  }

  private static void close(Tensor[] tensors) {
    for (Tensor tensor : tensors) {
      tensor.close();
    }
  }
}
