package dev.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LaneServableTest {
  private static final long CHEAP = LaneServable.MAX_INLINE.toNanos();
  private static final List<String> ALL = List.of("a", "b");

  private final AtomicLong now = new AtomicLong();
  private final Recorder recorder = new Recorder();
  private LaneServable lanes = lanes();

  private LaneServable lanes() {
    return new LaneServable(new ServableId("m", 1), recorder, 1, 10, now::get);
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
    for (int i = 0; i < 2 * RunCosts.WINDOW + 1; i++) {
      run(floats, ALL);
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

  /** Completes at once; its runs take as long as told. */
  private final class Recorder implements Servable {
    final CountingAllocator memory = new CountingAllocator();
    boolean shapeBound = true;
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
