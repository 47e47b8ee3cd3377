package dev.sluice.batching.merge;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Whether a tensor is closed once, and with its last part.
 *
 * <p>"Closed" is a plain field, as native memory is. An owner reports 1 if it read its part, 2 if
 * that was of a closed tensor; the arbiter how often the tensor was closed.
 */
public final class SharedTensorStress {
  private SharedTensorStress() {}

  /** Two parts whose owners read them and close them. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "Read, read, closed once.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "Read when closed, closed twice, or never.")
  public static class TwoParts {
    private final Closeable tensor = new Closeable();
    private final SharedTensor shared = new SharedTensor(tensor, 2);
    private final Tensor left = shared.part(Shape.of(1), 0, Float.BYTES);
    private final Tensor right = shared.part(Shape.of(1), Float.BYTES, Float.BYTES);

    /** Reads and closes a part. */
    @Actor
    public void first(III_Result result) {
      result.r1 = tensor.read();
      left.close();
    }

    /** Reads and closes the other. */
    @Actor
    public void second(III_Result result) {
      result.r2 = tensor.read();
      right.close();
    }

    /** Counts the closes. */
    @Arbiter
    public void end(III_Result result) {
      result.r3 = tensor.closes;
    }
  }

  /** Nothing but a count of its closes. */
  private static final class Closeable implements Tensor {
    private final MemorySegment data = MemorySegment.ofArray(new float[2]);
    private int closes;

    int read() {
      return closes == 0 ? 1 : 2;
    }

    @Override
    public DataType dtype() {
      return DataType.FLOAT;
    }

    @Override
    public Shape shape() {
      return Shape.of(2);
    }

    @Override
    public MemorySegment data() {
      return data;
    }

    @Override
    public void close() {
      closes++;
    }
  }
}
