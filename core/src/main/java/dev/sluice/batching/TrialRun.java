package dev.sluice.batching;

import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A run of a {@link RowTrial}: its inputs are the trial's, its outputs its own until it closes. */
final class TrialRun implements RunRequest, Completion, AutoCloseable {
  private static final Tensor[] NOTHING = {};

  private final Signature signature;
  private final Tensor[] inputs;
  private Tensor[] outputs = NOTHING;
  private @Nullable ServingException failure;

  TrialRun(Signature signature, Tensor[] inputs) {
    this.signature = signature;
    this.inputs = inputs;
  }

  /** Runs on the calling thread; returns the failure, or null. */
  @Nullable ServingException on(Servable servable) {
    servable.run(this, this);
    return failure;
  }

  @Nullable ServingException failure() {
    return failure;
  }

  Tensor[] inputs() {
    return inputs;
  }

  Tensor output(int index) {
    return outputs[index];
  }

  @Override
  public Signature signature() {
    return signature;
  }

  @Override
  public Tensor input(int index) {
    return inputs[index];
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
  public void succeeded(Tensor[] results) {
    outputs = results;
  }

  @Override
  public void failed(ServingException newFailure) {
    failure = newFailure;
  }

  @Override
  public void close() {
    for (Tensor output : outputs) {
      output.close();
    }
    outputs = NOTHING;
  }
}
