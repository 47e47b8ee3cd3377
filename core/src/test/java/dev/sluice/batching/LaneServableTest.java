package dev.sluice.batching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.sluice.engine.ExpiredRuns;
import dev.sluice.engine.TestRun;
import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.RunUnderWay;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import dev.sluice.testing.CountingAllocator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LaneServableTest {
  private static final long CHEAP = LaneServable.MAX_INLINE.toNanos();
  private static final List<String> ALL = List.of("a", "b");

  private final AtomicLong now = new AtomicLong();
  private final Recorder recorder = new Recorder();
  private final ExpiredRuns expired = new ExpiredRuns();
  private LaneServable lanes = lanes();

  private LaneServable lanes() {
    return new LaneServable(
        new ServableId("m", 1),
        recorder,
        new LaneOptions(
            1,
            10,
            false,
            false,
            Duration.ZERO,
            new TestTurns(Runnable::run, now::get),
            expired,
            (id, rows) -> {}),
        now::get);
  }

  @AfterEach
  void close() {
    lanes.close();
    assertEquals(0, recorder.memory.open());
  }

  /** Runs with an input of so many floats and returns the thread that ran it. */
  private Thread run(int floats, List<String> outputs) {
    Tensor input = recorder.memory.allocate(DataType.FLOAT, Shape.of(floats), 4L * floats);
    try (TestRun run = TestRun.of(lanes, "s", outputs).with("x", input).on(lanes)) {
      assertEquals(1, run.completions());
    }
    return recorder.ranOn;
  }

  /** Runs more than a window: on a lane the time is taken after the completion. */
  private void learn(int floats, long nanos) {
    recorder.nanos = nanos;
    for (int i = 0; i < 2 * BatchCosts.WINDOW + 1; i++) {
      run(floats, ALL);
    }
  }

  /** One lane is busy; what waits behind it must not reach the engine once nobody wants it. */
  @Test
  void runsThatExpireInTheQueueNeverReachTheEngine() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(3);
    List<Code> codes = new CopyOnWriteArrayList<>();
    recorder.before =
        () -> {
          running.countDown();
          goOn.await();
        };
    Queued first = new Queued(codes, ended);
    lanes.run(first, first);
    running.await();
    Queued expiring = new Queued(codes, ended);
    Queued patient = new Queued(codes, ended);
    lanes.run(expiring, expiring);
    lanes.run(patient, patient);
    expiring.abandoned = true;
    goOn.countDown();
    ended.await();
    assertEquals(List.of(Code.OK, Code.DEADLINE_EXCEEDED, Code.OK), codes);
    assertEquals(2, recorder.runs.get());
    assertEquals(Map.of(new ServableId("m", 1), 1L), expired.counts());
    assertEquals(1, expired.total());
  }

  @Test
  void aRunIsUnderWayUntilItHasEndedAndNamedOnce() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(2);
    recorder.before =
        () -> {
          running.countDown();
          goOn.await();
        };
    Queued first = new Queued(new CopyOnWriteArrayList<>(), ended);
    Queued second = new Queued(new CopyOnWriteArrayList<>(), ended);
    assertEquals(List.of(), lanes.runsUnderWay());
    lanes.run(first, first);
    running.await();
    lanes.run(second, second);
    List<RunUnderWay> seen = lanes.runsUnderWay();
    assertEquals(List.of(new RunUnderWay(0, 0)), seen);
    assertEquals(seen, lanes.runsUnderWay());
    goOn.countDown();
    ended.await();
    while (!lanes.runsUnderWay().isEmpty()) {
      Thread.onSpinWait(); // the lane takes note of the end after the completion
    }
  }

  /** A run without inputs and outputs that says how it ended. */
  private final class Queued implements RunRequest, Completion {
    private final List<Code> codes;
    private final CountDownLatch ended;
    private volatile boolean abandoned;

    Queued(List<Code> codes, CountDownLatch ended) {
      this.codes = codes;
      this.ended = ended;
    }

    @Override
    public Signature signature() {
      return recorder.signatures().values().iterator().next();
    }

    @Override
    public @Nullable Tensor input(int index) {
      return null;
    }

    @Override
    public int[] outputs() {
      return new int[0];
    }

    @Override
    public boolean isAbandoned() {
      return abandoned;
    }

    @Override
    public void succeeded(Tensor[] outputs) {
      codes.add(Code.OK);
      ended.countDown();
    }

    @Override
    public void failed(ServingException failure) {
      codes.add(failure.code());
      ended.countDown();
    }
  }

  @Test
  void unknownRunsGoToALane() {
    assertNotEquals(Thread.currentThread(), run(4, ALL));
  }

  @Test
  void cheapRunsStayOnTheCallersThread() {
    learn(4, CHEAP);
    assertEquals(Thread.currentThread(), run(4, ALL));
  }

  @Test
  void dearRunsGoToALane() {
    learn(4, CHEAP + 1);
    assertNotEquals(Thread.currentThread(), run(4, ALL));
  }

  @Test
  void runsThatBecomeDearGoToALaneAgain() {
    learn(4, CHEAP);
    learn(4, 10 * CHEAP);
    assertNotEquals(Thread.currentThread(), run(4, ALL));
  }

  @Test
  void largerInputsAreLearnedApart() {
    learn(4, CHEAP);
    assertNotEquals(Thread.currentThread(), run(400, ALL));
  }

  @Test
  void theSameSizeInAnotherShapeIsLearnedApart() {
    learn(4, CHEAP);
    Tensor input = recorder.memory.allocate(DataType.FLOAT, Shape.of(2, 2), 16);
    TestRun.of(lanes, "s").with("x", input).on(lanes).close();
    assertNotEquals(Thread.currentThread(), recorder.ranOn);
  }

  @Test
  void failedRunsTeachNothing() {
    recorder.fails = true;
    learn(4, 1);
    assertNotEquals(Thread.currentThread(), run(4, ALL));
  }

  @Test
  void aChoiceOfOutputsGoesToALane() {
    learn(4, CHEAP);
    assertNotEquals(Thread.currentThread(), run(4, List.of("b")));
  }

  @Test
  void runsWhoseTimeMayDependOnValuesGoToALane() {
    recorder.shapeBound = false;
    lanes.close();
    lanes = lanes();
    learn(4, 1);
    assertNotEquals(Thread.currentThread(), run(4, ALL));
  }

  /** What happens within a run. */
  @FunctionalInterface
  private interface Step {
    void run() throws InterruptedException;
  }

  @Test
  void runsThatNobodyWaitsForAreNotRunAndAreTold() {
    Thread before = recorder.ranOn;
    try (TestRun run = TestRun.of(lanes, "s", ALL).abandoned().on(lanes)) {
      assertEquals(Code.DEADLINE_EXCEEDED, run.code());
    }
    assertEquals(before, recorder.ranOn);
    assertEquals(Map.of(new ServableId("m", 1), 1L), expired.counts());
  }

  /** Completes at once; its runs take as long as told. */
  private final class Recorder implements Servable {
    final CountingAllocator memory = new CountingAllocator();
    final AtomicInteger runs = new AtomicInteger();
    boolean shapeBound = true;
    volatile Step before = () -> {};
    volatile boolean fails;
    volatile long nanos;
    volatile Thread ranOn = Thread.currentThread();
    private final Signature signature =
        new Signature("s", "", List.of(spec("x")), List.of(spec("a"), spec("b")), Map.of());

    private static TensorSpec spec(String name) {
      return new TensorSpec(name, DataType.FLOAT, false, Shape.unknownRank(), name + ":0");
    }

    @Override
    public Map<String, Signature> signatures() {
      return Map.of("s", signature);
    }

    @Override
    public TensorAllocator allocator() {
      return memory;
    }

    @Override
    public boolean isShapeBound(Signature asked) {
      return shapeBound;
    }

    @Override
    public void run(RunRequest request, Completion completion) {
      runs.incrementAndGet();
      try {
        before.run();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      ranOn = Thread.currentThread();
      now.addAndGet(nanos);
      if (fails) {
        completion.failed(ServingException.invalidArgument("told to"));
      } else {
        completion.succeeded(new Tensor[0]);
      }
    }
  }
}
