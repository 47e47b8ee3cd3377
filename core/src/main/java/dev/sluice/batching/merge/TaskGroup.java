package dev.sluice.batching.merge;

import dev.sluice.servable.RunRequest;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tasks of one batch, with their tensors in the order of the first task's request. */
final class TaskGroup {
  private final List<BatchTask> tasks;

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
    this.tasks = List.copyOf(tasks);
  }

  /**
   * Finds the tasks that have another order than the first.
   *
   * @throws IllegalArgumentException if a task has other tensors than the first
   */
  void align() {
    for (int t = 1; t < tasks.size(); t++) {
      TaskOrder order = TaskOrder.of(lead(), tasks.get(t).request());
      if (order != null) {
        if (orders == null) {
          orders = new @Nullable TaskOrder[tasks.size()];
        }
        orders[t] = order;
      }
    }
  }

  /** Returns the request that says what the batch runs. */
  RunRequest lead() {
    return tasks.get(0).request();
  }

  List<BatchTask> tasks() {
    return tasks;
  }

  /** Returns how many tasks there are. */
  int size() {
    return tasks.size();
  }

  BatchTask task(int task) {
    return tasks.get(task);
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
    Tensor tensor = tasks.get(task).request().input(order == null ? input : order.input(input));
    if (tensor == null) {
      throw new IllegalStateException("no value for input " + spec(input).name() + " in a batch");
    }
    return tensor;
  }

  /** Returns the values of all tasks for an input of the batch. */
  Column column(int input) {
    return new InputColumn(input);
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

  private final class InputColumn implements Column {
    private final int input;

    InputColumn(int input) {
      this.input = input;
    }

    @Override
    public int size() {
      return tasks.size();
    }

    @Override
    public Tensor tensor(int part) {
      return input(part, input);
    }

    @Override
    public long firstRow(int part) {
      return tasks.get(part).firstRow();
    }

    @Override
    public long rows(int part) {
      return tasks.get(part).rows();
    }
  }
}
