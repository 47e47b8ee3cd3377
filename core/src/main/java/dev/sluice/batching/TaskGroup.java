package dev.sluice.batching;

import dev.sluice.servable.RunRequest;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tasks of one batch, with their tensors in the order of the first task's request. */
final class TaskGroup {
  private final BatchTask[] tasks;

  /** Null for a task that has the first one's order; null itself if all have. */
  private @Nullable TaskOrder @Nullable [] orders;

  /**
   * Creates a group of one or more tasks.
   *
   * @throws IllegalArgumentException if there is none
   */
  TaskGroup(List<BatchTask> tasks) {
    if (tasks.isEmpty()) {
      throw new IllegalArgumentException("a batch without tasks");
    }
    this.tasks = tasks.toArray(BatchTask[]::new);
  }

  /**
   * Finds the tasks that have another order than the first.
   *
   * @throws IllegalArgumentException if a task has other tensors than the first
   */
  void align() {
    for (int t = 1; t < tasks.length; t++) {
      TaskOrder order = TaskOrder.of(lead(), tasks[t].request());
      if (order != null) {
        if (orders == null) {
          orders = new @Nullable TaskOrder[tasks.length];
        }
        orders[t] = order;
      }
    }
  }

  /** Returns the request that says what the batch runs. */
  RunRequest lead() {
    return tasks[0].request();
  }

  /** Returns how many tasks there are. */
  int size() {
    return tasks.length;
  }

  BatchTask task(int task) {
    return tasks[task];
  }

  /** Returns the rows of all tasks together. */
  long rows() {
    long rows = 0;
    for (BatchTask task : tasks) {
      rows += task.rows();
    }
    return rows;
  }

  /** Returns true if a task has no rows. */
  boolean hasEmpty() {
    for (BatchTask task : tasks) {
      if (task.rows() == 0) {
        return true;
      }
    }
    return false;
  }

  /** Returns a task's value for an input of the batch. */
  Tensor input(int task, int input) {
    TaskOrder order = order(task);
    Tensor tensor = tasks[task].request().input(order == null ? input : order.input(input));
    if (tensor == null) {
      throw new IllegalStateException("no value for input " + spec(input).name() + " in a batch");
    }
    return tensor;
  }

  /** Returns what the batch's signature says of an input. */
  TensorSpec spec(int input) {
    return lead().signature().inputs().get(input);
  }

  /** Returns the place in a task's answer of an output of the batch. */
  int place(int task, int output) {
    TaskOrder order = order(task);
    return order == null ? output : order.output(output);
  }

  private @Nullable TaskOrder order(int task) {
    return orders == null ? null : orders[task];
  }
}
