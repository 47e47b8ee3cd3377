package dev.sluice.batching;

import dev.sluice.batching.merge.BatchTask;
import dev.sluice.servable.Caller;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a version's queue costs a request: admitted, queued, taken in a run with others, and its run
 * accounted for. Without lock, threads and model, and always with so many waiting.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class QueueBenchmark {
  private static final int WAITING = 64;

  /** How many clients there are that have names; with 0 nobody has one. */
  @Param({"0", "1", "2", "64"})
  private int clients;

  private final Signature signature =
      new Signature(
          "s",
          "",
          List.of(new TensorSpec("x", DataType.FLOAT, false, Shape.of(-1, 2), "x:0")),
          List.of(new TensorSpec("y", DataType.FLOAT, false, Shape.of(-1, 2), "y:0")),
          Map.of());

  private RequestQueue queue = new RequestQueue(new Asked(signature, ""), true, true);
  private RequestQueues queues = queues();
  private Asked[] asked = {};
  private BatchTask[] tasks = {};
  private int next;

  private RequestQueues queues() {
    return new RequestQueues(
        new ServableId("m", 1),
        1,
        QueueLimits.of(4096),
        BatchPolicy.of(Duration.ZERO, 16),
        () -> 0,
        (of, taken, onLane, more) -> {});
  }

  /** Fills the queue, and teaches it what runs cost. */
  @Setup(Level.Trial)
  public void fill() {
    queue = new RequestQueue(new Asked(signature, ""), true, true);
    queues = queues();
    asked = new Asked[Math.max(1, clients)];
    for (int i = 0; i < asked.length; i++) {
      asked[i] = new Asked(signature, clients == 0 ? Caller.NOBODY : "client " + i);
    }
    tasks = new BatchTask[4 * WAITING];
    for (int i = 0; i < tasks.length; i++) {
      Asked each = asked[i % asked.length];
      tasks[i] = BatchTask.of(each, each, 1, 0);
    }
    for (int i = 0; i < 100; i++) {
      queue.costs().add(16, 100_000, false);
    }
    for (int i = 0; i < WAITING; i++) {
      add();
    }
  }

  private void add() {
    BatchTask task = tasks[next++ & (tasks.length - 1)];
    if (queues.overload(task.request(), 0) != null
        || queues.add(new RequestQueues.Queued(queue, task)) != null) {
      throw new IllegalStateException("refused");
    }
  }

  /** Sixteen requests, and a run of sixteen. */
  @Benchmark
  public void sixteenRequests() {
    for (int i = 0; i < 16; i++) {
      add();
    }
    Lanes.Work work = queues.take();
    work.run(true);
    queues.done(work);
  }

  private record Asked(Signature signature, String clientName) implements RunRequest, Completion {
    @Override
    public @Nullable Tensor input(int index) {
      return null;
    }

    @Override
    public int[] outputs() {
      return signature.allOutputs();
    }

    @Override
    public boolean isAbandoned() {
      return false;
    }

    @Override
    public void succeeded(Tensor[] outputs) {}

    @Override
    public void failed(ServingException failure) {}
  }
}
