package dev.sluice.engine;

import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.StoppableRun;
import dev.sluice.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A run for tests: a request with named inputs, and the completion that receives its end.
 *
 * <p>Inputs given belong to the run, which closes them, and outputs, when it is closed.
 */
public final class TestRun implements RunRequest, Completion, AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final Signature signature;
  private final int[] outputs;
  private final Map<Integer, Tensor> inputs = new HashMap<>();
  private final AtomicInteger completions = new AtomicInteger();
  private final CountDownLatch done = new CountDownLatch(1);
  private final CountDownLatch stoppableOnce = new CountDownLatch(1);
  private Consumer<StoppableRun> onStoppable = run -> {};
  private volatile boolean abandoned;
  private volatile @Nullable StoppableRun stoppable;
  private Tensor @Nullable [] results;
  private @Nullable ServingException failure;

  private TestRun(Signature signature, int[] outputs) {
    this.signature = signature;
    this.outputs = outputs;
  }

  /** Creates a run of a signature of a servable, wanting all outputs. */
  public static TestRun of(Servable servable, String key) {
    Signature signature = signature(servable, key);
    return new TestRun(signature, signature.allOutputs());
  }

  /** Creates a run that wants these outputs, by name and in this order. */
  public static TestRun of(Servable servable, String key, List<String> outputs) {
    Signature signature = signature(servable, key);
    return new TestRun(signature, outputs.stream().mapToInt(signature::outputIndex).toArray());
  }

  /** Creates a run of a signature, wanting all outputs. */
  public static TestRun of(Signature signature) {
    return new TestRun(signature, signature.allOutputs());
  }

  private static Signature signature(Servable servable, String key) {
    Signature signature = servable.signatures().get(key);
    if (signature == null) {
      throw new AssertionError("no signature " + key + " in " + servable.signatures().keySet());
    }
    return signature;
  }

  /** Gives an input. */
  public TestRun with(String name, Tensor tensor) {
    int index = signature.inputIndex(name);
    if (index < 0) {
      throw new AssertionError("no input " + name + " in " + signature.inputs());
    }
    Tensor before = inputs.put(index, tensor);
    if (before != null) {
      before.close();
    }
    return this;
  }

  /** Says that nobody waits for the run. */
  public TestRun abandoned() {
    abandoned = true;
    return this;
  }

  /** Has somebody else told how the run can be cut short, when it can. */
  public TestRun onStoppable(Consumer<StoppableRun> listener) {
    onStoppable = listener;
    return this;
  }

  /** Says that nobody waits any more for the run, once it is under way. */
  public void abandonUnderWay() {
    await(stoppableOnce, "the engine cannot cut runs short");
    abandoned = true;
    StoppableRun run = stoppable;
    if (run != null) {
      run.stopIfCancelled();
    }
  }

  /** Runs and waits for the end. */
  public TestRun on(Servable servable) {
    servable.run(this, this);
    await(done, "no completion of " + signature);
    return this;
  }

  private static void await(CountDownLatch latch, String otherwise) {
    try {
      if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError(otherwise);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Returns an output of a run that succeeded, by name. */
  public Tensor output(String name) {
    Tensor[] tensors = results;
    if (tensors == null) {
      throw new AssertionError("failed: " + (failure == null ? "?" : failure.codeAndText()));
    }
    for (int i = 0; i < outputs.length; i++) {
      if (signature.outputs().get(outputs[i]).name().equals(name)) {
        return tensors[i];
      }
    }
    throw new AssertionError("no output " + name);
  }

  /** Returns the outputs in the order wanted, or null after a failure. */
  public Tensor @Nullable [] results() {
    return results;
  }

  /** Returns the failure of a run that failed. */
  public ServingException failure() {
    if (failure == null) {
      throw new AssertionError("expected a failure of " + signature + ", it succeeded");
    }
    return failure;
  }

  /** Returns the code the run ended with. */
  public Code code() {
    return failure == null ? Code.OK : failure.code();
  }

  /** Returns how often the completion was called. */
  public int completions() {
    return completions.get();
  }

  /** Closes the inputs only; their memory may be another tensor's from now on. */
  public void closeInputs() {
    inputs.values().forEach(Tensor::close);
    inputs.clear();
  }

  @Override
  public Signature signature() {
    return signature;
  }

  @Override
  public @Nullable Tensor input(int index) {
    Tensor given = inputs.get(index);
    return given != null ? given : signature.defaultValue(index);
  }

  @Override
  public int[] outputs() {
    return outputs;
  }

  @Override
  public boolean isAbandoned() {
    return abandoned;
  }

  @Override
  public void stoppableBy(@Nullable StoppableRun run) {
    stoppable = run;
    if (run != null) {
      onStoppable.accept(run);
    }
    stoppableOnce.countDown();
  }

  /** Returns how the run could be cut short; null: it is not under way. */
  public @Nullable StoppableRun stoppable() {
    return stoppable;
  }

  @Override
  public void succeeded(Tensor[] outputs) {
    completions.incrementAndGet();
    results = outputs;
    done.countDown();
  }

  @Override
  public void failed(ServingException failure) {
    completions.incrementAndGet();
    this.failure = failure;
    done.countDown();
  }

  @Override
  public void close() {
    closeInputs();
    Tensor[] tensors = results;
    results = null;
    if (tensors != null) {
      for (Tensor tensor : tensors) {
        tensor.close();
      }
    }
  }
}
