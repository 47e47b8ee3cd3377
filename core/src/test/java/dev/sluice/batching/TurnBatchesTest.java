package dev.sluice.batching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.batching.merge.BatchTask;
import dev.sluice.tensor.Shape;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

final class TurnBatchesTest {
  private static final int COLLECTIONS = 100;

  private final NumberModel model = new NumberModel(NumberModel.Kind.TWICE);
  private final Queue<Runnable> endOfTurn = new ArrayDeque<>();
  private final List<RequestQueue> ran = new ArrayList<>();

  private RequestQueue add(TurnBatches turns, int columns) {
    NumberRequest request = new NumberRequest(model, Shape.of(1, columns), new float[columns]);
    RequestQueue queue = new RequestQueue(request, true, true);
    turns.add(queue, BatchTask.of(request, request, 1, 0));
    return queue;
  }

  @Test
  void aBugInTheRunOfOneQueueKeepsNoOtherFromItsRun() {
    TurnBatches turns =
        new TurnBatches(
            endOfTurn::add,
            (queue, tasks) -> {
              ran.add(queue);
              throw new IllegalStateException("a bug");
            });
    List<RequestQueue> queues = List.of(add(turns, 1), add(turns, 2), add(turns, 3));
    assertThrows(IllegalStateException.class, endOfTurn.remove()::run);
    assertEquals(queues, ran);
    assertTrue(endOfTurn.isEmpty());
    add(turns, 4);
    assertFalse(endOfTurn.isEmpty(), "the next turn is none of the bug's");
  }

  @Test
  void aLoopThatTakesNoTaskKeepsNoRequestFromItsRun() {
    TurnBatches turns =
        new TurnBatches(
            task -> {
              throw new RejectedExecutionException("the loop ends");
            },
            (queue, tasks) -> ran.add(queue));
    assertThrows(RejectedExecutionException.class, () -> add(turns, 1));
    assertEquals(1, ran.size());
    assertThrows(RejectedExecutionException.class, () -> add(turns, 2));
    assertEquals(2, ran.size());
  }

  /** Event loops outlive the versions of a model. */
  @Test
  void threadsHoldNothingOfAServableThatIsGone() {
    WeakReference<TurnBatches> gone = new WeakReference<>(used());
    for (int i = 0; i < COLLECTIONS && gone.get() != null; i++) {
      System.gc();
    }
    assertTrue(gone.refersTo(null), "still held by this thread");
  }

  private TurnBatches used() {
    TurnBatches turns = new TurnBatches(Runnable::run, (queue, tasks) -> {});
    add(turns, 1);
    return turns;
  }
}
