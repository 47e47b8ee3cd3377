package dev.sluice.batching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.batching.merge.BatchTask;
import dev.sluice.servable.Caller;
import dev.sluice.servable.Code;
import dev.sluice.servable.RunUnderWay;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Shape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RequestQueuesTest {
  private static final long MILLI = 1_000_000;

  private final AtomicLong now = new AtomicLong();
  private final NumberModel model = new NumberModel(NumberModel.Kind.TWICE);
  private final RequestQueue queue = queue(2);
  private final List<BatchTask> ran = new ArrayList<>();

  private RequestQueue queue(int columns) {
    return new RequestQueue(request(1, columns), true, true);
  }

  private NumberRequest request(int rows, int columns) {
    return new NumberRequest(model, Shape.of(rows, columns), new float[rows * columns]);
  }

  private RequestQueues queues(int capacity, Duration objective) {
    return new RequestQueues(
        new ServableId("m", 1),
        1,
        QueueLimits.of(capacity),
        BatchPolicy.of(objective),
        now::get,
        (of, tasks, onLane, more) -> ran.addAll(tasks));
  }

  private @Nullable ServingException add(RequestQueues queues, RequestQueue to, int rows) {
    NumberRequest request = request(rows, 2);
    return queues.add(
        new RequestQueues.Queued(to, BatchTask.of(request, request, rows, now.get())));
  }

  private List<Long> take(RequestQueues queues) {
    ran.clear();
    Lanes.Work work = queues.take();
    work.run(true);
    queues.done(work);
    return ran.stream().map(BatchTask::queuedNanos).toList();
  }

  private void learn(long rows, long nanos) {
    queue.costs().add(rows, nanos, false);
  }

  @Test
  void whatWaitsSharesARunUpToTheLimit() {
    RequestQueues queues = queues(100, Duration.ZERO);
    learn(1, MILLI / 10);
    learn(4, MILLI / 10);
    for (int i = 0; i < 12; i++) {
      now.set(i);
      assertNull(add(queues, queue, 1));
    }
    assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L), take(queues), "twice what was tried");
    assertEquals(List.of(8L, 9L, 10L, 11L), take(queues));
    assertEquals(0, queues.size());
  }

  /** Were no lane awake to take it, this would be seen as a run that does not end. */
  @Test
  void whatWaitsWhileNothingRunsIsUnderWayUntilSomethingIsTaken() {
    RequestQueues queues = queues(100, Duration.ZERO);
    assertEquals(List.of(), queues.underWay());
    add(queues, queue, 1);
    List<RunUnderWay> waits = queues.underWay();
    add(queues, queue, 1);
    add(queues, queue(3), 1);
    assertEquals(1, waits.size());
    assertEquals(waits, queues.underWay());

    Lanes.Work work = queues.take();
    assertEquals(List.of(new RunUnderWay(0, 0)), queues.underWay());
    now.set(3 * MILLI);
    queues.done(work);
    assertFalse(queues.underWay().isEmpty());
    assertFalse(queues.underWay().equals(waits));
    while (queues.size() > 0) {
      queues.done(queues.take());
    }
    assertEquals(List.of(), queues.underWay());
  }

  @Test
  void aRunIsSaidToTakeWhatItsLikeUsuallyTakes() {
    RequestQueues queues = queues(100, Duration.ZERO);
    learn(1, 5 * MILLI);
    add(queues, queue, 1);
    Lanes.Work work = queues.take();
    assertEquals(List.of(new RunUnderWay(0, 5 * MILLI)), queues.underWay());
    now.set(8 * MILLI);
    queues.done(work);
    RequestQueue unknown = queue(3);
    add(queues, unknown, 1);
    queues.take();
    assertEquals(List.of(new RunUnderWay(1, 8 * MILLI)), queues.underWay(), "what others take");
  }

  @Test
  void whatSharesARunHasNoMoreRowsThanAllowed() {
    RequestQueues queues =
        new RequestQueues(
            new ServableId("m", 1),
            1,
            QueueLimits.of(100),
            BatchPolicy.of(Duration.ZERO, 3),
            now::get,
            (of, tasks, onLane, more) -> ran.addAll(tasks));
    learn(1, MILLI / 10);
    learn(4, MILLI / 10);
    for (int i = 0; i < 5; i++) {
      now.set(i);
      assertNull(add(queues, queue, i == 4 ? 5 : 1));
    }
    assertEquals(List.of(0L, 1L, 2L), take(queues));
    assertEquals(List.of(3L), take(queues));
    assertEquals(List.of(4L), take(queues), "a single request may have more");
  }

  @Test
  void takesNoMoreThanIsKnownToBeShort() {
    RequestQueues queues = queues(100, Duration.ZERO);
    for (int i = 0; i < BatchCosts.WINDOW; i++) {
      learn(1, MILLI / 10);
    }
    learn(16, MILLI);
    for (int i = 0; i < 8; i++) {
      now.set(i);
      assertNull(add(queues, queue, 1));
    }
    assertFalse(queues.hasWithin(MILLI / 20));
    assertNull(queues.takeWithin(MILLI / 20));
    assertTrue(queues.hasWithin(MILLI / 2));
    Lanes.Work work = queues.takeWithin(MILLI / 2);
    assertNotNull(work);
    work.run(false);
    queues.done(work);
    assertEquals(List.of(0L, 1L, 2L, 3L, 4L), ran.stream().map(BatchTask::queuedNanos).toList());
    assertEquals(3, queues.size());
  }

  @Test
  void whatWaitedToBeReadCounts() {
    RequestQueues queues = queues(1000, Duration.ofMillis(10));
    learn(1, MILLI);
    assertNull(add(queues, queue, 1));
    NumberRequest late = request(1, 2);
    BatchTask task = BatchTask.of(late, late, 1, now.get() - 6 * MILLI);
    assertNotNull(queues.add(new RequestQueues.Queued(queue, task)), "6 and two runs of 1 ms");
    assertNull(queues.overload(Caller.UNKNOWN, 5 * MILLI));
    assertNull(
        queues(1000, Duration.ofMillis(10)).overload(Caller.UNKNOWN, 100 * MILLI), "it is idle");
    assertNotNull(queues.overload(Caller.UNKNOWN, 7 * MILLI));
    assertNull(add(queues, queue, 1));
  }

  /** An event loop that does a lane's work reads in between. */
  @Test
  void thePausesBetweenRunsCount() {
    RequestQueues queues = queues(1000, Duration.ofMillis(10));
    learn(1, MILLI);
    int without = fill(queues);
    for (int i = 0; i < 100; i++) {
      Lanes.Work work = queues.take();
      now.addAndGet(MILLI);
      queues.done(work);
      now.addAndGet(MILLI); // as long again
      var _ = fill(queues); // so that something waits
    }
    while (queues.size() > 0) {
      queues.done(queues.take());
    }
    int with = fill(queues);
    assertTrue(with < without - 1, with + " where " + without + " were accepted without pauses");
    for (int i = 0; i < 100; i++) {
      while (queues.size() > 0) {
        queues.done(queues.take());
      }
      assertNull(add(queues, queue, 1));
    }
    while (queues.size() > 0) {
      queues.done(queues.take());
    }
    assertTrue(fill(queues) >= without - 1, "not forgotten, though nothing has waited");
  }

  private int fill(RequestQueues queues) {
    int accepted = 0;
    while (add(queues, queue, 1) == null) {
      accepted++;
    }
    return accepted;
  }

  @Test
  void aRequestWithMoreRowsThanTheLimitRunsAlone() {
    RequestQueues queues = queues(100, Duration.ZERO);
    assertNull(add(queues, queue, 50));
    now.set(1);
    assertNull(add(queues, queue, 1));
    assertEquals(List.of(0L), take(queues));
    assertEquals(List.of(1L), take(queues));
  }

  @Test
  void theQueueWithTheOldestRequestIsNext() {
    RequestQueues queues = queues(100, Duration.ZERO);
    RequestQueue other = queue(3);
    now.set(5);
    assertNull(add(queues, queue, 1));
    now.set(3);
    assertNull(add(queues, other, 1));
    now.set(7);
    assertNull(add(queues, queue, 1));
    assertEquals(List.of(3L), take(queues));
    assertEquals(List.of(5L, 7L), take(queues));
  }

  @Test
  void aFullServableRefuses() {
    RequestQueues queues = queues(2, Duration.ZERO);
    assertNull(add(queues, queue, 1));
    assertNull(add(queues, queue, 1));
    ServingException refusal = add(queues, queue, 1);
    assertNotNull(refusal);
    assertEquals(Code.UNAVAILABLE, refusal.code());
    assertTrue(refusal.text().contains("2 requests wait already"), refusal.text());
  }

  @Test
  void anObjectiveRefusesAtOnceWhatWouldBeLate() {
    RequestQueues queues = queues(1000, Duration.ofMillis(10));
    learn(1, 2 * MILLI); // two in a run take 4 ms, more than half of 7; and three runs are within 7
    int accepted = 0;
    ServingException refusal = add(queues, queue, 1);
    while (refusal == null) {
      accepted++;
      refusal = add(queues, queue, 1);
    }
    assertEquals(3, accepted);
    assertTrue(refusal.text().contains("objective is 10.0 ms"), refusal.text());
    take(queues);
    assertNull(add(queues, queue, 1), "there is room again");
  }

  /** Else one slow run, such as a model's first, would be the last for ever. */
  @Test
  void anIdleServableTakesWhatWouldBeLate() {
    RequestQueues queues = queues(1000, Duration.ofMillis(10));
    learn(1, 500 * MILLI);
    assertNull(add(queues, queue, 1));
    assertNotNull(add(queues, queue, 1), "behind it is too late");
    Lanes.Work running = queues.take();
    assertNotNull(add(queues, queue, 1));
    queues.done(running);
    assertNull(add(queues, queue, 1));
  }

  @Test
  void anIdleServableTriesAgainWhatWasTooSlowOnce() {
    RequestQueues queues = queues(1000, Duration.ofMillis(10));
    learn(1, 1500 * MILLI);
    assertNull(add(queues, queue, 1));
    assertNotNull(add(queues, queue, 1), "one waits already");
  }

  @Test
  void aRunUnderWayCounts() {
    RequestQueues queues = queues(1000, Duration.ofMillis(10));
    learn(1, 5 * MILLI);
    assertNull(add(queues, queue, 1));
    Lanes.Work running = queues.take();
    assertNotNull(add(queues, queue, 1), "5 ms are left, and it takes 5 itself");
    now.set(4 * MILLI);
    assertNull(add(queues, queue, 1));
    queues.done(running);
  }

  @Test
  void aServableThatDoesNotKeepUpServesTheNewestFirstAndForgetsNobody() {
    RequestQueues queues = queues(10_000, Duration.ZERO);
    learn(1, MILLI);
    learn(4, MILLI); // eight at most in a run
    int waiting = RequestQueues.MANY + 8;
    for (int i = 0; i < waiting; i++) {
      now.set(i);
      assertNull(add(queues, queue, 1));
    }
    List<Long> first = take(queues);
    assertEquals(8, first.size());
    assertTrue(first.contains(waiting - 1L), () -> "the newest: " + first);
    List<Long> second = take(queues);
    assertTrue(second.contains(0L) || first.contains(0L), "the oldest");
    while (queues.size() > 0) {
      take(queues);
    }
  }
}
