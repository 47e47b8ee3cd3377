package dev.sluice.engine.example;

import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One loaded line: y = slope x + offset, for floats of any shape. Runs on the calling thread. */
final class LineServable implements Servable {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private final ServableId id;
  private final float slope;
  private final float offset;
  private final TensorAllocator allocator = new NativeTensors();
  private final Signature signature =
      new Signature(
          Signature.DEFAULT_KEY,
          "tensorflow/serving/predict",
          List.of(new TensorSpec("x", DataType.FLOAT, false, Shape.unknownRank(), "x")),
          List.of(new TensorSpec("y", DataType.FLOAT, false, Shape.unknownRank(), "y")),
          Map.of());

  LineServable(ServableId id, float slope, float offset) {
    this.id = id;
    this.slope = slope;
    this.offset = offset;
  }

  @Override
  public Map<String, Signature> signatures() {
    return Map.of(signature.key(), signature);
  }

  /** Where requests are decoded to; an engine that needs its own memory gives its own allocator. */
  @Override
  public TensorAllocator allocator() {
    return allocator;
  }

  /** The time that a run takes depends on nothing but the shape, so that it may be foreseen. */
  @Override
  public boolean isShapeBound(Signature asked) {
    return true;
  }

  @Override
  public void run(RunRequest request, Completion completion) {
    Tensor[] outputs;
    try {
      Tensor x = checked(request.input(0));
      outputs = new Tensor[request.outputs().length]; // a client may want none
      for (int i = 0; i < outputs.length; i++) {
        outputs[i] = line(x);
      }
    } catch (ServingException e) {
      completion.failed(e);
      return;
    }
    completion.succeeded(outputs); // which closes them; the input is the caller's
  }

  private Tensor checked(@Nullable Tensor input) throws ServingException {
    if (input == null || input.dtype() != DataType.FLOAT) {
      throw ServingException.invalidArgument(
          "Expected input x of %s to be float, found %s"
              .formatted(id, input == null ? "none" : input.dtype().label()));
    }
    return input;
  }

  private Tensor line(Tensor x) {
    MemorySegment from = x.data();
    Tensor y = allocator.allocate(DataType.FLOAT, x.shape(), from.byteSize());
    MemorySegment to = y.data();
    for (long at = 0; at < from.byteSize(); at += Float.BYTES) {
      to.set(FLOAT, at, slope * from.get(FLOAT, at) + offset);
    }
    return y;
  }
}
