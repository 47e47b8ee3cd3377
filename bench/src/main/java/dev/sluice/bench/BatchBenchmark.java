package dev.sluice.bench;

import dev.sluice.batching.merge.Batch;
import dev.sluice.batching.merge.BatchTask;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A batch of requests of one row each, from the tasks to their completions: merging, and splitting
 * one output of as many bytes. The servable does nothing but allocate that.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BatchBenchmark {
  private static final int TASKS = 32;

  private static final Signature SIGNATURE =
      new Signature(
          Signature.DEFAULT_KEY,
          "",
          List.of(new TensorSpec("x", DataType.FLOAT, false, Shape.of(-1, -1), "x:0")),
          List.of(new TensorSpec("y", DataType.FLOAT, false, Shape.of(-1, -1), "y:0")),
          Map.of());

  /** Floats in a row. */
  @Param({"3", "512", "27648"})
  public int width;

  private final Model model = new Model();

  private static final class Model implements Servable {
    private final NativeTensors memory = new NativeTensors();

    @Override
    public Map<String, Signature> signatures() {
      return Map.of(SIGNATURE.key(), SIGNATURE);
    }

    @Override
    public TensorAllocator allocator() {
      return memory;
    }

    @Override
    public void run(RunRequest request, Completion completion) {
      Tensor input = request.input(0);
      if (input == null) {
        throw new IllegalStateException("no input");
      }
      completion.succeeded(
          new Tensor[] {memory.allocate(input.dtype(), input.shape(), input.data().byteSize())});
    }
  }

  /** A request that keeps its input, and closes its output. */
  private static final class Request implements RunRequest, Completion {
    private final Tensor input;

    Request(Tensor input) {
      this.input = input;
    }

    @Override
    public Signature signature() {
      return SIGNATURE;
    }

    @Override
    public Tensor input(int index) {
      return input;
    }

    @Override
    public int[] outputs() {
      return SIGNATURE.allOutputs();
    }

    @Override
    public boolean isAbandoned() {
      return false;
    }

    @Override
    public void succeeded(Tensor[] outputs) {
      outputs[0].close();
    }

    @Override
    public void failed(ServingException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private List<Request> requests = List.of();

  /** Makes the requests, which are used again and again. */
  @Setup
  public void makeRequests() {
    requests = new ArrayList<>();
    for (int i = 0; i < TASKS; i++) {
      Shape shape = Shape.of(1, width);
      requests.add(
          new Request(model.memory.allocate(DataType.FLOAT, shape, (long) width * Float.BYTES)));
    }
  }

  /** Makes the tasks, merges, splits and completes. */
  @Benchmark
  public void mergeAndSplit() throws ServingException {
    List<BatchTask> tasks = new ArrayList<>(TASKS);
    for (int i = 0; i < TASKS; i++) {
      Request request = requests.get(i);
      tasks.add(BatchTask.of(request, request, 0));
    }
    new Batch(model, tasks, TASKS, false).run();
  }
}
