package dev.sluice.batching;

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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A model of floats {@code x} [-1, …] whose answer {@code y} is made as a test wants it. */
final class NumberModel implements Servable {
  /** What an answer is made of. */
  enum Kind {
    TWICE,
    /** Half of the values after subtracting the mean of all. */
    CENTRED,
    ROW_COUNT,
    RUN_COUNT,
    /** Runs of one row only. */
    ONE_ROW,
    /** No run at all. */
    FAILING
  }

  /** A value that no run bears. */
  static final float POISON = -12345;

  static final Signature SIGNATURE = signature(Shape.of(-1, 2), Shape.of(-1, 2));

  private final CountingAllocator memory = new CountingAllocator();
  private final AtomicInteger runs = new AtomicInteger();
  private final AtomicLong mostRows = new AtomicLong();
  private final Signature signature;
  private final Kind kind;
  private volatile Runnable before = () -> {};

  NumberModel(Kind kind) {
    this(kind, SIGNATURE);
  }

  NumberModel(Kind kind, Signature signature) {
    this.kind = kind;
    this.signature = signature;
  }

  static Signature signature(Shape input, Shape output) {
    return new Signature(
        "s",
        "",
        List.of(new TensorSpec("x", DataType.FLOAT, false, input, "x:0")),
        List.of(new TensorSpec("y", DataType.FLOAT, false, output, "y:0")),
        Map.of());
  }

  /** Does something at the beginning of each run. */
  void before(Runnable step) {
    before = step;
  }

  int runs() {
    return runs.get();
  }

  /** Returns how many rows the largest run had. */
  long mostRows() {
    return mostRows.get();
  }

  CountingAllocator memory() {
    return memory;
  }

  @Override
  public Map<String, Signature> signatures() {
    return Map.of(signature.key(), signature);
  }

  @Override
  public CountingAllocator allocator() {
    return memory;
  }

  @Override
  public boolean isShapeBound(Signature asked) {
    return true;
  }

  @Override
  public boolean isStateful(Signature asked) {
    return kind == Kind.RUN_COUNT;
  }

  @Override
  public void run(RunRequest request, Completion completion) {
    int run = runs.incrementAndGet();
    before.run();
    Tensor input = Objects.requireNonNull(request.input(0));
    long rows = input.shape().rank() == 0 ? 1 : input.shape().dim(0);
    mostRows.accumulateAndGet(rows, Math::max);
    long count = input.shape().elements();
    if (kind == Kind.FAILING || (kind == Kind.ONE_ROW && rows != 1) || isPoisoned(input, count)) {
      completion.failed(new ServingException(Code.DATA_LOSS, "as the test wants it"));
      return;
    }
    float mean = 0;
    for (long i = 0; i < count; i++) {
      mean += input.data().getAtIndex(ValueLayout.JAVA_FLOAT, i) / count;
    }
    Tensor output = memory.allocate(DataType.FLOAT, input.shape(), 4 * count);
    for (long i = 0; i < count; i++) {
      float value = input.data().getAtIndex(ValueLayout.JAVA_FLOAT, i);
      output
          .data()
          .setAtIndex(
              ValueLayout.JAVA_FLOAT,
              i,
              switch (kind) {
                case TWICE, ONE_ROW, FAILING -> 2 * value;
                case CENTRED -> (value - mean) / 2;
                case ROW_COUNT -> rows;
                case RUN_COUNT -> run;
              });
    }
    completion.succeeded(new Tensor[] {output});
  }

  private static boolean isPoisoned(Tensor input, long count) {
    for (long i = 0; i < count; i++) {
      if (input.data().getAtIndex(ValueLayout.JAVA_FLOAT, i) == POISON) {
        return true;
      }
    }
    return false;
  }
}
