package dev.sluice.warmup;

import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Says what it ran: {@code add} takes floats x and gives y and z, {@code parse} takes one string
 * tensor. For one thread.
 */
final class RecordingServable implements Servable {
  final List<String> runs = new ArrayList<>();
  @Nullable ServingException failure;

  /** If not null, runs end on threads of their own, which free the outputs only when it opens. */
  @Nullable CountDownLatch mayFree;

  private final NativeTensors memory = new NativeTensors();

  private static final Signature ADD =
      new Signature(
          "add",
          "tensorflow/serving/predict",
          List.of(spec("x", DataType.FLOAT, "in:0")),
          List.of(spec("y", DataType.FLOAT, "sum:0"), spec("z", DataType.FLOAT, "sum:1")),
          Map.of());

  private static final Signature PARSE =
      new Signature(
          Signature.DEFAULT_KEY,
          "tensorflow/serving/classify",
          List.of(spec("inputs", DataType.STRING, "examples:0")),
          List.of(spec("scores", DataType.FLOAT, "scores:0")),
          Map.of());

  private static TensorSpec spec(String name, DataType dtype, String nativeName) {
    return new TensorSpec(name, dtype, false, Shape.of(-1), nativeName);
  }

  @Override
  public Map<String, Signature> signatures() {
    return Map.of("add", ADD, Signature.DEFAULT_KEY, PARSE);
  }

  @Override
  public TensorAllocator allocator() {
    return memory;
  }

  @Override
  public void run(RunRequest request, Completion completion) {
    Tensor input = request.input(0);
    if (input == null) {
      completion.failed(new ServingException(Code.INTERNAL, "no input"));
      return;
    }
    runs.add(
        request.signature().key() + values(input) + " -> " + request.outputs().length + " outputs");
    if (failure != null) {
      completion.failed(failure);
      return;
    }
    Tensor[] outputs = new Tensor[request.outputs().length];
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] = memory.allocate(DataType.FLOAT, Shape.of(1), Float.BYTES);
    }
    CountDownLatch latch = mayFree;
    if (latch == null) {
      completion.succeeded(outputs);
    } else {
      outputs[0] = new HeldTensor(outputs[0], latch);
      Thread.ofPlatform().daemon().start(() -> completion.succeeded(outputs));
    }
  }

  /** A tensor that is freed late. */
  private record HeldTensor(Tensor tensor, CountDownLatch mayFree) implements Tensor {
    @Override
    public DataType dtype() {
      return tensor.dtype();
    }

    @Override
    public Shape shape() {
      return tensor.shape();
    }

    @Override
    public MemorySegment data() {
      return tensor.data();
    }

    @Override
    public void close() {
      try {
        mayFree.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      tensor.close();
    }
  }

  private static List<String> values(Tensor input) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < input.shape().elements(); i++) {
      values.add(
          input.dtype() == DataType.STRING
              ? StringTensors.text(input, i)
              : String.valueOf(input.data().getAtIndex(ValueLayout.JAVA_FLOAT, i)));
    }
    return values;
  }
}
