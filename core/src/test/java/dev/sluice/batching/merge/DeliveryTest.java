package dev.sluice.batching.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.ServingException;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeliveryTest {
  private final RowServable servable = new RowServable();
  private final Queue<Runnable> loop = new ArrayDeque<>();
  private final Queue<Runnable> otherLoop = new ArrayDeque<>();

  /** One object each, as an event loop is. */
  private final Executor home = loop::add;

  private final Executor otherHome = otherLoop::add;

  @AfterEach
  void nothingIsLeft() {
    assertEquals(0, servable.memory().open());
  }

  private TestTask taskAt(Executor eventLoop) {
    return taskAt(eventLoop, 2);
  }

  private TestTask taskAt(Executor eventLoop, long columns) {
    TestTask task = new TestTask(floats(Shape.of(1, columns)), floats(Shape.of(1)));
    task.answerAt(eventLoop);
    return task;
  }

  private Tensor floats(Shape shape) {
    Tensor tensor = servable.memory().allocate(DataType.FLOAT, shape, 4 * shape.elements());
    tensor.data().fill((byte) 7);
    return tensor;
  }

  private List<BatchTask> run(TestTask... requests) throws ServingException {
    List<BatchTask> tasks = new ArrayList<>();
    for (TestTask request : requests) {
      tasks.add(request.task());
    }
    new Batch(servable, tasks, tasks.size(), false).run();
    return tasks;
  }

  private static void assertAnswered(TestTask... requests) {
    for (TestTask request : requests) {
      assertEquals(1, request.completions());
      assertEquals(request.values().getFirst(), request.result("a_out:0"));
    }
  }

  @Test
  void anEventLoopGetsTheAnswersOfABatchInOneGo() throws ServingException {
    TestTask one = taskAt(home);
    TestTask two = taskAt(otherHome);
    TestTask three = taskAt(home);
    List<BatchTask> tasks = run(one, two, three);
    tasks.forEach(task -> assertTrue(task.hasSucceeded(), "for whoever ran it"));
    assertEquals(0, one.completions() + two.completions() + three.completions());
    loop.remove().run();
    assertAnswered(one, three);
    assertEquals(0, two.completions());
    otherLoop.remove().run();
    assertAnswered(two);
    assertTrue(loop.isEmpty() && otherLoop.isEmpty(), "woken once each");
  }

  @Test
  void anEventLoopThatHasEndedLosesNothing() throws ServingException {
    TestTask one =
        taskAt(
            task -> {
              throw new RejectedExecutionException("ended");
            });
    TestTask two = taskAt(home);
    run(one, two);
    assertAnswered(one);
    loop.remove().run();
    assertAnswered(two);
  }

  @Test
  void anEventLoopThatHasABugKeepsNoOtherFromItsAnswer() throws ServingException {
    TestTask one =
        taskAt(
            task -> {
              throw new IllegalStateException("a bug");
            });
    TestTask two = taskAt(home);
    assertThrows(IllegalStateException.class, () -> run(one, two));
    assertAnswered(one);
    loop.remove().run();
    assertAnswered(two);
  }

  @Test
  void aCompletionThatThrowsKeepsNoOtherFromItsAnswer() throws ServingException {
    TestTask one = taskAt(home);
    one.throwWhenCompleted();
    TestTask two = taskAt(home);
    run(one, two);
    assertThrows(IllegalStateException.class, loop.remove()::run);
    assertAnswered(one, two);
  }

  /** They would hold the loop while they are encoded. */
  @Test
  void answersThatAreLargeTogetherAreGivenWhereTheyWereMade() throws ServingException {
    TestTask one = taskAt(home, 10_000);
    TestTask two = taskAt(home, 10_000);
    run(one, two);
    assertAnswered(two);
    assertEquals(0, one.completions(), "the first is not too large by itself");
    loop.remove().run();
    assertAnswered(one);
    assertTrue(loop.isEmpty());
  }
}
