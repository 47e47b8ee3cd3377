package dev.sluice.batching.merge;

import dev.sluice.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Gives the tasks of a batch their outputs: those of one event loop in one go.
 *
 * <p>An event loop that is handed answers one by one wakes for each of them, takes the core from
 * the lane that hands it the next, and writes each by itself; for small models that costs as much
 * as the run.
 *
 * <p>Invariant: each task succeeds before {@link #deliver} returns, for its owner to see, and is
 * delivered exactly once: here, or by the loop that took it.
 */
final class Delivery implements Runnable {
  /** What is beyond is encoded where it came from, for it would hold an event loop too long. */
  private static final long MOST_BYTES = 64 << 10;

  private static final Executor HERE = Runnable::run;

  private final Executor home;
  private final List<BatchTask> tasks = new ArrayList<>();
  private final List<Tensor[]> outputs = new ArrayList<>();
  private long bytes;

  private Delivery(Executor home) {
    this.home = home;
  }

  /**
   * Delivers the outputs, which are the tasks' from now on. What a task's completion throws keeps
   * no other from its end; it is then thrown on.
   */
  static void deliver(List<BatchTask> tasks, Tensor[][] outputs) {
    List<Delivery> deliveries = new ArrayList<>(2);
    for (int i = 0; i < outputs.length; i++) {
      Executor home = tasks.get(i).request().home();
      long bytes = bytes(outputs[i]);
      Delivery delivery = to(home == null ? HERE : home, deliveries);
      if (delivery.bytes + bytes > MOST_BYTES && home != null) {
        delivery = to(HERE, deliveries);
      }
      delivery.bytes += bytes;
      delivery.tasks.add(tasks.get(i));
      delivery.outputs.add(outputs[i]);
    }
    for (int i = 0; i < outputs.length; i++) {
      tasks.get(i).succeeds();
    }
    send(deliveries, 0);
  }

  private static long bytes(Tensor[] outputs) {
    long bytes = 0;
    for (Tensor output : outputs) {
      bytes += output.data().byteSize();
    }
    return bytes;
  }

  private static Delivery to(Executor home, List<Delivery> deliveries) {
    for (Delivery delivery : deliveries) {
      if (delivery.home.equals(home)) {
        return delivery;
      }
    }
    Delivery first = new Delivery(home);
    deliveries.add(first);
    return first;
  }

  private static void send(List<Delivery> deliveries, int first) {
    int next = first;
    try {
      while (next < deliveries.size()) {
        deliveries.get(next++).send();
      }
    } finally {
      if (next < deliveries.size()) {
        send(deliveries, next);
      }
    }
  }

  private void send() {
    boolean taken = false;
    try {
      home.execute(this);
      taken = true;
    } catch (RejectedExecutionException ended) {
      // The loop has ended, and its connections with it; what the answers hold is still given back.
    } finally {
      if (!taken && !home.equals(HERE)) {
        run();
      }
    }
  }

  @Override
  public void run() {
    run(0);
  }

  private void run(int first) {
    int next = first;
    try {
      while (next < tasks.size()) {
        int task = next++;
        tasks.get(task).deliver(outputs.get(task));
      }
    } finally {
      if (next < tasks.size()) { // one threw: the others must not wait for ever
        run(next);
      }
    }
  }
}
