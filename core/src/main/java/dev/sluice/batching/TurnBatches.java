package dev.sluice.batching;

import dev.sluice.batching.merge.BatchTask;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Gathers the requests that an event loop decodes in one turn, so that they can share a run at its
 * end, on the loop: a batch that nobody had to wait for, and no hand-over to another thread.
 *
 * <p>Thread-safe; what is gathered is confined to the thread that gathers it.
 */
final class TurnBatches {
  /** Runs the requests of one queue, or hands them on. */
  @FunctionalInterface
  interface Runner {
    void run(RequestQueue queue, List<BatchTask> tasks);
  }

  private final Executor endOfTurn;
  private final Runner runner;
  private final ThreadLocal<Turn> turns = ThreadLocal.withInitial(Turn::new);

  TurnBatches(Executor endOfTurn, Runner runner) {
    this.endOfTurn = endOfTurn;
    this.runner = runner;
  }

  void add(RequestQueue queue, BatchTask task) {
    Turn turn = turns.get();
    turn.add(queue, task);
    if (!turn.scheduled) {
      turn.scheduled = true;
      endOfTurn.execute(turn);
    }
  }

  /** What one thread has gathered. */
  private final class Turn implements Runnable {
    private List<RequestQueue> queues = new ArrayList<>();
    private List<List<BatchTask>> tasks = new ArrayList<>();
    private boolean scheduled;

    void add(RequestQueue queue, BatchTask task) {
      for (int i = 0; i < queues.size(); i++) {
        if (queues.get(i) == queue) {
          tasks.get(i).add(task);
          return;
        }
      }
      List<BatchTask> first = new ArrayList<>();
      first.add(task);
      queues.add(queue);
      tasks.add(first);
    }

    @Override
    public void run() {
      List<RequestQueue> ready = queues;
      List<List<BatchTask>> together = tasks;
      // An answer may bring the next request on this thread, which then belongs to another turn.
      queues = new ArrayList<>();
      tasks = new ArrayList<>();
      scheduled = false;
      for (int i = 0; i < ready.size(); i++) {
        runner.run(ready.get(i), together.get(i));
      }
    }
  }
}
