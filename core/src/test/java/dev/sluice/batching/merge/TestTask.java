package dev.sluice.batching.merge;

import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.StoppableRun;
import dev.sluice.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A request of {@link RowServable} and its end. Like a real one, it reads its outputs when it
 * completes, and then closes them and its inputs.
 */
public final class TestTask implements RunRequest, Completion {
  private final Signature signature;
  private final int[] outputs;
  private final @Nullable Tensor[] inputs;
  private final List<PlainTensor> values = new ArrayList<>();
  private List<PlainTensor> results = List.of();
  private @Nullable ServingException failure;
  private @Nullable Executor home;
  private boolean abandoned;
  private boolean throwing;
  private @Nullable StoppableRun stoppable;
  private int completions;
  private int runs;

  /** Creates a request with values for the tensors {@code a} and {@code b}. */
  public TestTask(Signature signature, int[] outputs, @Nullable Tensor a, @Nullable Tensor b) {
    this.signature = signature;
    this.outputs = outputs;
    boolean inOrder = signature.inputs().getFirst().nativeName().equals("a:0");
    this.inputs = inOrder ? new @Nullable Tensor[] {a, b} : new @Nullable Tensor[] {b, a};
    if (a != null && b != null) {
      values.add(PlainTensor.of(a));
      values.add(PlainTensor.of(b));
    }
  }

  public TestTask(Tensor a, Tensor b) {
    this(RowServable.FIRST, RowServable.FIRST.allOutputs(), a, b);
  }

  public BatchTask task() throws ServingException {
    return BatchTask.of(this, this, 0);
  }

  /** Says where the answer is to be given. */
  public void answerAt(Executor eventLoop) {
    home = eventLoop;
  }

  /** Makes the completion throw, against its contract, when it has done its work. */
  public void throwWhenCompleted() {
    throwing = true;
  }

  public void abandon() {
    abandoned = true;
  }

  /** Returns the inputs' values: a, b. */
  public List<PlainTensor> values() {
    return values;
  }

  /** Returns what an output held, by the name of its tensor. */
  public PlainTensor result(String nativeName) {
    for (int i = 0; i < outputs.length; i++) {
      if (signature.outputs().get(outputs[i]).nativeName().equals(nativeName)) {
        return results.get(i);
      }
    }
    throw new AssertionError(nativeName);
  }

  public ServingException failure() {
    return Objects.requireNonNull(failure, "no failure");
  }

  public boolean hasSucceeded() {
    return completions > 0 && failure == null;
  }

  public int completions() {
    return completions;
  }

  /** Returns how often the request was told that it ran. */
  public int runs() {
    return runs;
  }

  @Override
  public Signature signature() {
    return signature;
  }

  @Override
  public @Nullable Tensor input(int index) {
    return inputs[index];
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
  public @Nullable Executor home() {
    return home;
  }

  @Override
  public void stoppableBy(@Nullable StoppableRun run) {
    stoppable = run;
  }

  /** Returns how its run could be cut short, as it was told. */
  public @Nullable StoppableRun stoppable() {
    return stoppable;
  }

  @Override
  public void ran(long startNanos, long endNanos, long rows) {
    runs++;
  }

  @Override
  public void succeeded(Tensor[] tensors) {
    List<PlainTensor> read = new ArrayList<>();
    for (Tensor tensor : tensors) {
      read.add(PlainTensor.of(tensor));
    }
    for (Tensor tensor : tensors) {
      tensor.close();
    }
    results = read;
    end();
  }

  @Override
  public void failed(ServingException newFailure) {
    failure = newFailure;
    end();
  }

  private void end() {
    completions++;
    for (Tensor input : inputs) {
      if (input != null) {
        input.close();
      }
    }
    if (throwing) {
      throw new IllegalStateException("a completion that throws");
    }
  }
}
