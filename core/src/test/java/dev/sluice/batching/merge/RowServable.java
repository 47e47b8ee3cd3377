package dev.sluice.batching.merge;

import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.testing.CountingAllocator;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A model of inputs {@code a} and {@code b} whose outputs are the same and {@code rows}, the number
 * of rows it was run with; or one that fails as it is told. Keeps what it was fed last.
 */
public final class RowServable implements Servable {
  /** What the next runs do. */
  public enum Mode {
    COPY,
    FAIL,
    THROW,
    THROW_AFTER_COMPLETION,
    SCALAR_OUTPUT,
    FEWER_ROWS
  }

  public static final Signature FIRST = signature("first", "a", "b");

  /** The same tensors under other names, so that their order is another. */
  public static final Signature SECOND = signature("second", "y", "x");

  private final CountingAllocator memory = new CountingAllocator();
  private final List<PlainTensor> fed = new ArrayList<>();
  private Mode mode = Mode.COPY;
  private int runs;

  private static Signature signature(String key, String nameOfA, String nameOfB) {
    return new Signature(
        key,
        "",
        List.of(spec(nameOfA, "a:0"), spec(nameOfB, "b:0")),
        List.of(spec(nameOfA, "a_out:0"), spec(nameOfB, "b_out:0"), spec("rows", "rows:0")),
        Map.of());
  }

  private static TensorSpec spec(String name, String nativeName) {
    return new TensorSpec(name, null, false, Shape.unknownRank(), nativeName);
  }

  public void become(Mode wanted) {
    mode = wanted;
  }

  /** Returns what the inputs of the last run held, in the order of {@link #FIRST}. */
  public List<PlainTensor> fed() {
    return fed;
  }

  public int runs() {
    return runs;
  }

  public CountingAllocator memory() {
    return memory;
  }

  @Override
  public Map<String, Signature> signatures() {
    return Map.of(FIRST.key(), FIRST, SECOND.key(), SECOND);
  }

  @Override
  public CountingAllocator allocator() {
    return memory;
  }

  @Override
  public void run(RunRequest request, Completion completion) {
    runs++;
    fed.clear();
    fed.add(PlainTensor.of(input(request, "a:0")));
    fed.add(PlainTensor.of(input(request, "b:0")));
    request.ran(1, 2, 3);
    switch (mode) {
      case FAIL -> completion.failed(new ServingException(Code.DATA_LOSS, "as the test wants it"));
      case THROW -> throw new IllegalStateException("as the test wants it");
      case COPY, SCALAR_OUTPUT, FEWER_ROWS -> completion.succeeded(outputs(request));
      case THROW_AFTER_COMPLETION -> {
        completion.succeeded(outputs(request));
        throw new IllegalStateException("as the test wants it");
      }
    }
  }

  private static Tensor input(RunRequest request, String nativeName) {
    Signature signature = request.signature();
    for (int i = 0; i < signature.inputs().size(); i++) {
      if (signature.inputs().get(i).nativeName().equals(nativeName)) {
        return Objects.requireNonNull(request.input(i));
      }
    }
    throw new AssertionError(nativeName);
  }

  private Tensor[] outputs(RunRequest request) {
    int[] wanted = request.outputs();
    Tensor[] outputs = new Tensor[wanted.length];
    int done = 0;
    try {
      for (; done < wanted.length; done++) {
        outputs[done] =
            output(request, request.signature().outputs().get(wanted[done]).nativeName());
      }
      return outputs;
    } finally {
      for (int i = 0; done < wanted.length && i < done; i++) {
        outputs[i].close();
      }
    }
  }

  private Tensor output(RunRequest request, String name) {
    return switch (name) {
      case "a_out:0" -> same(input(request, "a:0"));
      case "b_out:0" -> same(input(request, "b:0"));
      default -> rows(input(request, "a:0").shape().dim(0));
    };
  }

  private Tensor same(Tensor input) {
    Tensor copy = memory.allocate(input.dtype(), input.shape(), input.data().byteSize());
    copy.data().copyFrom(input.data());
    return copy;
  }

  private Tensor rows(long rows) {
    Shape shape =
        switch (mode) {
          case SCALAR_OUTPUT -> Shape.scalar();
          case FEWER_ROWS -> Shape.of(rows - 1);
          default -> Shape.of(rows);
        };
    long count = shape.elements();
    Tensor tensor = memory.allocate(DataType.INT64, shape, 8 * count);
    for (long i = 0; i < count; i++) {
      tensor.data().setAtIndex(ValueLayout.JAVA_LONG, i, rows);
    }
    return tensor;
  }
}
