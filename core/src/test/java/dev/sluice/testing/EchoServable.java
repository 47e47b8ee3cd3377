package dev.sluice.testing;

import dev.sluice.servable.Caller;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Answers its input {@code x} as output {@code y}, in a copy, on the calling thread. */
public final class EchoServable implements Servable {
  private final CountingAllocator memory = new CountingAllocator();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Signature signature;
  private volatile @Nullable ServingException overload;

  /** Creates a servable whose input has this type. */
  public EchoServable(DataType dtype) {
    this.signature =
        new Signature(
            Signature.DEFAULT_KEY,
            "tensorflow/serving/predict",
            List.of(new TensorSpec("x", dtype, false, Shape.unknownRank(), "x:0")),
            List.of(new TensorSpec("y", dtype, false, Shape.unknownRank(), "y:0")),
            Map.of());
  }

  @Override
  public Map<String, Signature> signatures() {
    return Map.of(signature.key(), signature);
  }

  @Override
  public TensorAllocator allocator() {
    return memory;
  }

  /** Says that it has too much to do. */
  public void overload(ServingException refusal) {
    overload = refusal;
  }

  @Override
  public @Nullable ServingException overload(Caller caller) {
    return overload;
  }

  @Override
  public void run(RunRequest request, Completion completion) {
    if (closed.get()) {
      throw new IllegalStateException("run after close");
    }
    Tensor input = request.input(0);
    if (input == null) {
      completion.failed(ServingException.invalidArgument("input x is missing"));
      return;
    }
    Tensor output = memory.allocate(input.dtype(), input.shape(), input.data().byteSize());
    output.data().copyFrom(input.data());
    completion.succeeded(new Tensor[] {output});
  }

  @Override
  public void close() {
    closed.set(true);
  }

  /** Returns true once closed. */
  public boolean isClosed() {
    return closed.get();
  }

  /** Returns how many tensors of this servable are open. */
  public int openTensors() {
    return memory.open();
  }
}
