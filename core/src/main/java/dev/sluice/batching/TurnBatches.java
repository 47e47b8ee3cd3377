package dev.sluice.batching;

import dev.sluice.batching.merge.BatchTask;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Gathers the requests that an event loop decodes in one turn. At its end they can share a run on
 * the loop, a batch that nobody had to wait for, or be handed to a lane at once, which then does
 * not wake for the first of them alone.
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
      boolean taken = false;
      try {
        endOfTurn.execute(() -> run(turn));
        taken = true;
      } finally {
        if (!taken) { // there is no other end of the turn for them
          run(turn);
        }
      }
    }
  }

  private void run(Turn turn) {
    List<RequestQueue> queues = turn.queues;
    List<List<BatchTask>> tasks = turn.tasks;
    // An answer may bring the next request on this thread, which then belongs to another turn.
    turn.queues = new ArrayList<>();
    turn.tasks = new ArrayList<>();
    turn.scheduled = false;
    run(queues, tasks, 0);
  }

  /** A bug in the run of one queue must not keep the others from their end. */
  private void run(List<RequestQueue> queues, List<List<BatchTask>> tasks, int first) {
    int next = first;
    try {
      while (next < queues.size()) {
        int at = next++;
        runner.run(queues.get(at), tasks.get(at));
      }
    } finally {
      if (next < queues.size()) {
        run(queues, tasks, next);
      }
    }
  }

  /**
   * What one thread has gathered. Refers to nothing once it has run: event loops outlive servables,
   * and a value that leads to its own thread-local variable would be held as long as the thread.
   */
  private static final class Turn {
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
  }
}
