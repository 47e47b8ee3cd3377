package dev.sluice.batching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.batching.merge.BatchTask;
import dev.sluice.metrics.Refusal;
import dev.sluice.servable.Caller;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Shape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whom a queue refuses for what waits already, and what they are told. */
final class QueueRefusalsTest {
  private static final long MILLI = 1_000_000;

  private final AtomicLong now = new AtomicLong();
  private final NumberModel model = new NumberModel(NumberModel.Kind.TWICE);
  private final RequestQueue queue = new RequestQueue(request(), true, true);
  private final List<BatchTask> ran = new ArrayList<>();

  private NumberRequest request() {
    return new NumberRequest(model, Shape.of(1, 2), 0, 0);
  }

  private RequestQueues queues(int capacity, Duration longest) {
    return queues(capacity, longest, 1);
  }

  private RequestQueues queues(int capacity, Duration longest, int rows) {
    return new RequestQueues(
        new ServableId("m", 1),
        1,
        new QueueLimits(capacity, longest, ClientWeights.EQUAL),
        BatchPolicy.of(Duration.ZERO, rows),
        now::get,
        (of, tasks, onLane, more) -> ran.addAll(tasks));
  }

  private @Nullable ServingException add(RequestQueues queues, NumberRequest request) {
    return queues.add(
        new RequestQueues.Queued(queue, BatchTask.of(request, request, 1, now.get())));
  }

  private void fill(RequestQueues queues, int count, String client) {
    for (int i = 0; i < count; i++) {
      assertNull(add(queues, request().of(client)), "request " + i);
    }
  }

  /** Runs what is next; it takes so long. */
  private void run(RequestQueues queues, long nanos) {
    ran.clear();
    Lanes.Work work = queues.take();
    work.run(true);
    now.addAndGet(nanos);
    queue.costs().add(1, nanos, queues.size() > 0);
    queues.done(work);
  }

  private void learn(RequestQueues queues, int runs, long nanos) {
    for (int i = 0; i < runs; i++) {
      fill(queues, 1, "");
      run(queues, nanos);
    }
  }

  private static Caller within(long nanos) {
    return new Caller() {
      @Override
      public long remainingNanos(long now) {
        return nanos;
      }
    };
  }

  private static Caller client(String name) {
    return new Caller() {
      @Override
      public String clientName() {
        return name;
      }
    };
  }

  @Test
  void aDeadlineThatCannotBeMetIsRefusedAtOnceWithTheEstimate() {
    RequestQueues queues = queues(1000, Duration.ZERO);
    learn(queues, 40, 10 * MILLI);
    fill(queues, 5, "");
    ServingException refusal = add(queues, request().until(now.get() + 55 * MILLI));
    assertNotNull(refusal, "60 ms until the sixth has run");
    assertEquals(Code.UNAVAILABLE, refusal.code());
    assertEquals(Refusal.DEADLINE, refusal.refusal());
    assertEquals(
        "Servable {name: m version: 1} is overloaded: an answer would take about 60.0 ms, and the"
            + " request's deadline is in 55.0 ms",
        refusal.text());
    assertEquals(Duration.ofMillis(50), refusal.retryAfter(), "when the five have run");
    assertNotNull(queues.overload(within(45 * MILLI), 0), "before it is decoded");
    assertNull(queues.overload(within(55 * MILLI), 0), "what its own run takes is not known yet");
    assertNull(add(queues, request().until(now.get() + 65 * MILLI)));
    assertNull(add(queues, request()), "it has none");
  }

  @Test
  void anIdleServableAndOneOfWhichLittleIsKnownRefuseNoDeadline() {
    RequestQueues queues = queues(1000, Duration.ZERO);
    learn(queues, 5, 10 * MILLI);
    fill(queues, 5, "");
    assertNull(add(queues, request().until(now.get() + MILLI)), "five runs are not enough");
    while (queues.size() > 0) {
      run(queues, 10 * MILLI);
    }
    learn(queues, 40, 10 * MILLI);
    assertNull(queues.overload(within(MILLI), 0));
    assertNull(add(queues, request().until(now.get() + MILLI)), "only runs tell that it is faster");
  }

  @Test
  void aDeadlineThatHasPassedEndsAsSuch() {
    RequestQueues queues = queues(1000, Duration.ZERO);
    learn(queues, 40, 10 * MILLI);
    fill(queues, 5, "");
    assertNull(add(queues, request().until(now.get() - 1)));
  }

  @Test
  void moreWorkThanMayWaitIsRefusedOnceManyWait() {
    RequestQueues queues = queues(10_000, Duration.ofSeconds(2));
    learn(queues, 40, 100 * MILLI);
    fill(queues, RequestQueues.MANY + 1, ""); // 12.9 s of work
    ServingException refusal = add(queues, request());
    assertNotNull(refusal);
    assertEquals(
        "Servable {name: m version: 1} is overloaded: an answer would take about 13.0 s, and"
            + " requests may wait for 2.0 s (--max_queue_ms)",
        refusal.text());
    assertNotNull(queues.overload(Caller.UNKNOWN, 0));
    run(queues, 100 * MILLI);
    assertNull(queues.overload(Caller.UNKNOWN, 0), "a crowd of this size is never refused");
  }

  @Test
  void whatTheFirstRunsTakeRefusesNoCrowd() {
    RequestQueues queues = queues(10_000, Duration.ofSeconds(2));
    learn(queues, 5, 100 * MILLI);
    fill(queues, 5 * RequestQueues.MANY, "");
  }

  @Test
  void nothingButTheirNumberIsBoundWithoutATime() {
    RequestQueues queues = queues(1000, Duration.ZERO);
    learn(queues, 40, 1000 * MILLI);
    fill(queues, 1000, "");
    ServingException refusal = add(queues, request());
    assertNotNull(refusal);
    assertTrue(refusal.text().contains("1000 requests wait already"), refusal.text());
    assertEquals(Duration.ofSeconds(1000), refusal.retryAfter(), "when they have run");
  }

  @Test
  void whereNoRunIsKnownNobodyIsToldWhenToComeAgain() {
    RequestQueues queues = queues(10, Duration.ZERO);
    fill(queues, 10, "");
    ServingException refusal = queues.overload(Caller.UNKNOWN, 0);
    assertNotNull(refusal);
    assertEquals(Duration.ZERO, refusal.retryAfter());
  }

  /** The newest go first where many wait, so the oldest would wait for ever. */
  @Test
  void whatHasWaitedTooLongIsRefusedWhenManyWait() {
    RequestQueues queues = queues(10_000, Duration.ofSeconds(2));
    List<NumberRequest> old = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      old.add(request());
      assertNull(add(queues, old.get(i)));
    }
    now.set(3_000 * MILLI);
    fill(queues, 100, "");
    run(queues, MILLI);
    long refused = old.stream().filter(request -> request.code() == Code.UNAVAILABLE).count();
    assertEquals(64, refused, "in one go");
    assertEquals(200 - 64 - 1, queues.size());
    run(queues, MILLI);
    assertEquals(
        100, old.stream().filter(request -> request.completions() > 0).count(), "135 still waited");
    assertEquals(98, queues.size());
    NumberRequest first = old.getFirst();
    assertTrue(first.text().contains("has waited for 2.0 s"), first.text());
  }

  /** Else the time until the next run would be taken for a pause ten times as long as a run. */
  @Test
  void toRefuseWhatIsStaleIsNoRun() {
    RequestQueues queues = queues(10_000, Duration.ofSeconds(2));
    learn(queues, 40, 10 * MILLI);
    fill(queues, 60, "");
    now.addAndGet(3_000 * MILLI);
    RequestQueue other =
        new RequestQueue(new NumberRequest(model, Shape.of(1, 3), 0, 0, 0), true, true);
    for (int i = 0; i < 100; i++) {
      NumberRequest request = new NumberRequest(model, Shape.of(1, 3), 0, 0, 0);
      BatchTask task = BatchTask.of(request, request, 1, now.get());
      assertNull(queues.add(new RequestQueues.Queued(other, task)));
    }
    run(queues, MILLI / 1000);
    assertEquals(List.of(), ran);
    assertEquals(100, queues.size());
    double pauses = queues.pauses();
    now.addAndGet(10 * MILLI);
    run(queues, 10 * MILLI);
    assertEquals(pauses, queues.pauses());
  }

  /** An event loop must not run what comes behind the stale because they would have been short. */
  @Test
  void onlyWhatIsShortWithoutTheStaleIsRunWithinATime() {
    RequestQueues queues = queues(10_000, Duration.ofSeconds(2), Integer.MAX_VALUE);
    for (int i = 0; i < BatchCosts.WINDOW; i++) {
      queue.costs().add(1, MILLI / 10, false);
    }
    queue.costs().add(16, MILLI, false);
    fill(queues, 10, "");
    now.set(1_900 * MILLI);
    addLarge(queues, 100);
    fill(queues, 200, "");
    runWithin(queues, MILLI / 2);
    assertEquals(5, ran.size(), "of the newest");
    now.set(2_100 * MILLI); // the first ten are stale, and it is the turn of the oldest
    runWithin(queues, MILLI / 2);
    assertEquals(0, ran.size(), "100 rows take longer");
    assertEquals(201 - 5, queues.size());
  }

  private void runWithin(RequestQueues queues, long nanos) {
    ran.clear();
    Lanes.Work work = queues.takeWithin(nanos);
    assertNotNull(work);
    work.run(false);
    queues.done(work);
  }

  private void addLarge(RequestQueues queues, int rows) {
    NumberRequest large = new NumberRequest(model, Shape.of(rows, 2), new float[2 * rows]);
    BatchTask task = BatchTask.of(large, large, rows, now.get());
    assertNull(queues.add(new RequestQueues.Queued(queue, task)));
  }

  /** Else they would fill the queue, and with it memory, where the newest go first. */
  @Test
  void whatNobodyWaitsForMakesRoomWhenManyWait() {
    RequestQueues queues = queues(10_000, Duration.ZERO);
    for (int i = 0; i < 200; i++) {
      NumberRequest request = request();
      assertNull(add(queues, request));
      if (i < 50) {
        request.abandon();
      }
    }
    run(queues, MILLI);
    assertEquals(149, queues.size());
    assertEquals(51, ran.size(), "the lane ends them");
    assertEquals(50, ran.stream().filter(task -> task.request().isAbandoned()).count());
  }

  @Test
  void aClientMayHaveAsMuchWaitingAsIsLeftForOthers() {
    RequestQueues queues = queues(100, Duration.ZERO);
    fill(queues, 50, "noisy");
    ServingException refusal = add(queues, request().of("noisy"));
    assertNotNull(refusal);
    assertEquals(
        "Servable {name: m version: 1} is overloaded: 50 requests of client 'noisy' wait already,"
            + " which is its share of the 100 that may wait",
        refusal.text());
    assertNotNull(queues.overload(client("noisy"), 0));
    assertNull(queues.overload(client("quiet"), 0));
    fill(queues, 25, "quiet");
    assertNotNull(add(queues, request().of("quiet")));
    fill(queues, 12, "third");
  }

  @Test
  void whoWaitsForAnotherClientsRequestsIsNotTheOneToBeRefused() {
    RequestQueues queues = queues(10_000, Duration.ZERO);
    learn(queues, 40, 10 * MILLI);
    fill(queues, 100, "noisy"); // a second of work
    long soon = now.get() + 45 * MILLI;
    assertNotNull(add(queues, request().of("noisy").until(soon)));
    assertNull(add(queues, request().of("quiet").until(soon)), "it is next");
    assertNull(queues.overload(client("quiet"), 0));
  }
}
