package dev.sluice.batching.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.batching.merge.BatchTask;
import dev.sluice.batching.merge.RowServable;
import dev.sluice.batching.merge.TestTask;
import dev.sluice.engine.TestTensors;
import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.ForwardingServable;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.RunUnderWay;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TfsBatchingTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final RowServable model = new RowServable();
  private final AtomicLong clock = new AtomicLong(1000);
  private final AtomicInteger expired = new AtomicInteger();
  private final MetricRegistry registry = new MetricRegistry();
  private final ServingMetrics metrics = new ServingMetrics(registry, true);
  private final Gate gate = new Gate(model);
  private final BatchPool pool =
      new BatchPool("test", 1, clock::get, work -> Thread.ofPlatform().daemon().unstarted(work));

  /** Holds the runs up until it is opened, so that tasks can wait behind them. */
  private static final class Gate extends ForwardingServable {
    private volatile CountDownLatch open = new CountDownLatch(0);
    private volatile CountDownLatch reached = new CountDownLatch(0);
    private volatile boolean closed;

    Gate(Servable servable) {
      super(servable);
    }

    void shut() {
      reached = new CountDownLatch(1);
      open = new CountDownLatch(1);
    }

    void awaitRun() throws InterruptedException {
      assertTrue(reached.await(30, TimeUnit.SECONDS));
    }

    void open() {
      open.countDown();
    }

    @Override
    public void run(RunRequest request, Completion completion) {
      reached.countDown();
      try {
        assertTrue(open.await(30, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      servable.run(request, completion);
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** A request whose end can be waited for, and that has a deadline. */
  private final class Client implements RunRequest, Completion {
    private final TestTask task;
    private final CountDownLatch done = new CountDownLatch(1);
    private long deadline = Long.MAX_VALUE;
    private volatile long until;
    private volatile boolean cancelled;

    Client(int rows) {
      this(RowServable.FIRST.allOutputs(), rows);
    }

    Client(int[] outputs, int rows) {
      Shape shape = Shape.of(rows);
      task =
          new TestTask(
              RowServable.FIRST,
              outputs,
              TestTensors.floats(model.memory(), shape, new float[rows]),
              TestTensors.floats(model.memory(), shape, new float[rows]));
    }

    Client deadline(long nanoTime) {
      deadline = nanoTime;
      return this;
    }

    Client runs(TfsBatching batching) {
      batching.run(this, this);
      return this;
    }

    Client await() throws InterruptedException {
      assertTrue(done.await(30, TimeUnit.SECONDS));
      assertEquals(1, task.completions());
      return this;
    }

    /** Returns how many rows were run together. */
    long ranWith() throws InterruptedException {
      String first = await().task.result("rows:0").elements().getFirst();
      return Long.parseLong(first.substring(1, first.indexOf(',')));
    }

    Code code() throws InterruptedException {
      return await().task.failure().code();
    }

    @Override
    public Signature signature() {
      return task.signature();
    }

    @Override
    public @Nullable Tensor input(int index) {
      return task.input(index);
    }

    @Override
    public int[] outputs() {
      return task.outputs();
    }

    @Override
    public boolean isAbandoned() {
      return cancelled || deadline - clock.get() <= 0;
    }

    @Override
    public boolean isCancelled() {
      return cancelled;
    }

    @Override
    public long remainingNanos(long now) {
      return deadline == Long.MAX_VALUE ? Long.MAX_VALUE : deadline - now;
    }

    @Override
    public void mayRunUntil(long nanoTime) {
      until = nanoTime;
    }

    @Override
    public void succeeded(Tensor[] outputs) {
      task.succeeded(outputs);
      done.countDown();
    }

    @Override
    public void failed(ServingException failure) {
      task.failed(failure);
      done.countDown();
    }
  }

  @AfterEach
  void nothingIsLeft() {
    gate.open();
    pool.close();
    assertEquals(0, model.memory().open());
  }

  private TfsBatching batching(TfsOptions options) {
    return new TfsBatching(
        new ServableId("m", 1),
        gate,
        options,
        pool,
        metrics.batching(),
        id -> expired.incrementAndGet());
  }

  private static TfsOptions allowed(long size, Duration timeout, Long... sizes) {
    return new TfsOptions(size, timeout, 100, List.of(sizes), false, false, size);
  }

  /** Occupies the pool's only thread. */
  private Client blocker(TfsBatching batching) throws InterruptedException {
    gate.shut();
    Client blocker = new Client(1).runs(batching);
    gate.awaitRun();
    return blocker;
  }

  @Test
  void aFullBatchRunsAtOnce() throws Exception {
    TfsBatching batching = batching(QueueHarness.options(4, LONG, 10));
    Client one = new Client(1).runs(batching);
    Client three = new Client(3).runs(batching);
    assertEquals(4, one.ranWith());
    assertEquals(4, three.ranWith());
  }

  @Test
  void whatWaitsBehindARunIsOneBatch() throws Exception {
    TfsBatching batching = batching(QueueHarness.options(100, Duration.ZERO, 10));
    Client blocker = blocker(batching);
    Client two = new Client(2).runs(batching);
    Client three = new Client(3).runs(batching);
    gate.open();
    assertEquals(1, blocker.ranWith());
    assertEquals(5, two.ranWith());
    assertEquals(5, three.ranWith());
  }

  @Test
  void aBatchIsUnderWayUntilItHasEnded() throws Exception {
    TfsBatching batching = batching(QueueHarness.options(100, Duration.ZERO, 10));
    assertEquals(List.of(), batching.runsUnderWay());
    Client blocker = blocker(batching);
    List<RunUnderWay> seen = batching.runsUnderWay();
    assertEquals(1, seen.size());
    assertEquals(seen, batching.runsUnderWay());
    gate.open();
    assertEquals(1, blocker.ranWith());
    while (!batching.runsUnderWay().isEmpty()) {
      Thread.onSpinWait(); // the pool takes note of the end after the completion
    }
  }

  @Test
  void otherOutputsAreAnotherBatch() throws Exception {
    TfsBatching batching = batching(QueueHarness.options(100, Duration.ZERO, 10));
    blocker(batching);
    Client all = new Client(1).runs(batching);
    Client one = new Client(new int[] {2}, 1).runs(batching);
    Client swapped = new Client(new int[] {2, 1, 0}, 1).runs(batching);
    gate.open();
    assertEquals(2, all.ranWith());
    assertEquals(1, one.ranWith());
    assertEquals(2, swapped.ranWith());
  }

  @Test
  void rowsAreRoundedUpAndCounted() throws Exception {
    TfsBatching batching = batching(allowed(8, Duration.ZERO, 2L, 8L));
    assertEquals(8, new Client(3).runs(batching).ranWith());
    assertEquals(2, new Client(1).runs(batching).ranWith());
    String page = registry.page();
    for (String line :
        List.of(
            "wrapped_run_count{} 2",
            "input_batch_size_sum{} 8",
            "input_batch_size_count{} 4",
            "processed_batch_size_sum{} 10",
            "padding_size_sum{execution_batch_size=\"8\"} 5",
            "queuing_latency_count{thread_pool_name=\"\"} 2")) {
      assertTrue(page.contains(":tensorflow:serving:batching_session:" + line + "\n"), page);
    }
  }

  @Test
  void aBatchOfLateRequestsIsFailed() throws Exception {
    TfsBatching batching = batching(QueueHarness.options(100, Duration.ZERO, 10));
    blocker(batching);
    Client one = new Client(1).deadline(2000).runs(batching);
    Client two = new Client(1).deadline(3000).runs(batching);
    clock.set(3000);
    gate.open();
    assertEquals(Code.RESOURCE_EXHAUSTED, one.code());
    assertEquals(
        "Run() timeout exceeded while waiting in batching queue", one.task.failure().text());
    assertEquals(Code.RESOURCE_EXHAUSTED, two.code());
    assertEquals(2, expired.get());
  }

  @Test
  void aLateRequestRunsWithOneThatIsNot() throws Exception {
    TfsBatching batching = batching(QueueHarness.options(100, Duration.ZERO, 10));
    blocker(batching);
    Client late = new Client(1).deadline(2000).runs(batching);
    Client inTime = new Client(1).deadline(3500).runs(batching);
    clock.set(3000);
    gate.open();
    assertEquals(2, late.ranWith());
    assertEquals(3500, late.until);
    assertEquals(2, inTime.ranWith());
    Client endless = new Client(1).runs(batching);
    assertEquals(1, endless.ranWith());
    assertEquals(3000 + 1000L * Integer.MAX_VALUE, endless.until);
  }

  @Test
  void whoHasLeftIsNotRun() throws Exception {
    TfsBatching batching = batching(QueueHarness.options(100, Duration.ZERO, 10));
    blocker(batching);
    Client left = new Client(1).runs(batching);
    Client stays = new Client(1).runs(batching);
    left.cancelled = true;
    gate.open();
    assertEquals(1, stays.ranWith());
    assertEquals(Code.CANCELLED, left.code());
    assertEquals(1, expired.get());
  }

  @Test
  void aSplitRequestThatIsLateOrLeftCountsOnce() throws Exception {
    TfsBatching batching = batching(QueueHarness.splitting(16, Duration.ZERO, 10, 4));
    blocker(batching);
    Client late = new Client(10).deadline(2000).runs(batching);
    clock.set(3000);
    gate.open();
    assertEquals(Code.RESOURCE_EXHAUSTED, late.code());
    assertEquals(1, expired.get());
    blocker(batching);
    Client left = new Client(10).runs(batching);
    left.cancelled = true;
    gate.open();
    assertEquals(Code.CANCELLED, left.code());
    assertEquals(2, expired.get());
  }

  @Test
  void noRowsRunByThemselves() throws Exception {
    TfsBatching batching = batching(allowed(8, LONG, 8L));
    Client empty = new Client(0).runs(batching).await();
    assertTrue(empty.task.hasSucceeded());
    assertEquals(List.of(0L), empty.task.result("a_out:0").dims());
  }

  @Test
  void aBugOfTheServableCostsOneBatch() throws Exception {
    TfsBatching batching = batching(QueueHarness.options(100, Duration.ZERO, 10));
    model.become(RowServable.Mode.THROW);
    assertEquals(Code.INTERNAL, new Client(1).runs(batching).code());
    model.become(RowServable.Mode.COPY);
    assertEquals(1, new Client(1).runs(batching).ranWith());
  }

  @Test
  void aBugAroundTheBatchFailsItsTasks() throws Exception {
    QueueSet queues =
        new QueueSet(
            model,
            QueueHarness.options(2, LONG, 10),
            batch -> {
              batch.getFirst().failed(ServingException.invalidArgument("the first one only"));
              throw new IllegalStateException("as the test wants it");
            });
    Client one = new Client(1);
    Client two = new Client(1);
    pool.offer(queues, BatchTask.of(one, one, 0));
    pool.offer(queues, BatchTask.of(two, two, 0));
    assertEquals(Code.INVALID_ARGUMENT, one.code());
    assertEquals(Code.INTERNAL, two.code());
  }

  /** What throws has completed its tasks before; nothing may be completed again. */
  @Test
  void aServableThatThrowsAfterItsAnswersFailsNobodyTwice() throws Exception {
    TfsBatching batching = batching(QueueHarness.options(100, Duration.ZERO, 10));
    model.become(RowServable.Mode.THROW_AFTER_COMPLETION);
    blocker(batching);
    Client one = new Client(1).runs(batching);
    Client two = new Client(2).runs(batching);
    gate.open();
    assertEquals(3, one.ranWith());
    assertEquals(3, two.ranWith());
  }

  @Test
  void aCompletionThatThrowsKeepsNobodyFromAnAnswer() throws Exception {
    TfsBatching batching = batching(QueueHarness.options(100, Duration.ZERO, 10));
    blocker(batching);
    Client throwing = new Client(1);
    throwing.task.throwWhenCompleted();
    throwing.runs(batching);
    Client other = new Client(2).runs(batching);
    gate.open();
    assertEquals(3, other.ranWith());
    assertEquals(1, new Client(1).runs(batching).ranWith(), "the thread goes on");
    assertEquals(1, throwing.task.completions());
  }

  @Test
  void largeRequestsAreSplitAndJoined() throws Exception {
    TfsBatching batching = batching(QueueHarness.splitting(16, Duration.ZERO, 10, 4));
    Client ten = new Client(10).runs(batching).await();
    List<String> ran = ten.task.result("rows:0").elements();
    assertEquals(ran.get(0), ran.get(7));
    assertTrue(ran.get(0).startsWith("[4,"), ran.get(0));
    assertTrue(ran.get(8).startsWith("[2,"), ran.get(8));
  }

  @Test
  void closeFailsWhatWaitsAndAwaitsWhatRuns() throws Exception {
    TfsBatching batching = batching(QueueHarness.options(100, Duration.ZERO, 10));
    Client runs = blocker(batching);
    Client waits = new Client(1).runs(batching);
    Thread closing = Thread.ofPlatform().start(batching::close);
    assertEquals(Code.UNAVAILABLE, waits.code());
    assertFalse(gate.closed);
    gate.open();
    closing.join();
    assertTrue(gate.closed);
    assertEquals(1, runs.ranWith());
    assertEquals(Code.UNAVAILABLE, new Client(1).runs(batching).code());
  }

  @Test
  void theClosedPoolFailsWhatWaitsForItsTime() throws Exception {
    TfsBatching batching = batching(QueueHarness.options(100, LONG, 10));
    Client waits = new Client(1).runs(batching);
    pool.close();
    assertEquals(Code.UNAVAILABLE, waits.code());
    assertEquals(Code.UNAVAILABLE, new Client(1).runs(batching).code());
  }

  @Test
  void withoutAThreadTasksAreRefused() throws Exception {
    BatchPool none =
        new BatchPool(
            "none",
            1,
            clock::get,
            work ->
                new Thread(work) {
                  @Override
                  public void start() {
                    throw new OutOfMemoryError("unable to create native thread");
                  }
                });
    TfsBatching batching =
        new TfsBatching(
            new ServableId("m", 1),
            gate,
            QueueHarness.options(1, LONG, 1),
            none,
            metrics.batching(),
            id -> {});
    assertEquals(Code.UNAVAILABLE, new Client(1).runs(batching).code());
  }
}
