package dev.sluice.api.tfs;

import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** A servable whose runs do what a test says. */
public final class FakeServable implements Servable {
  private final Map<String, Signature> signatures;
  private final CountingTensors memory;
  private final Map<String, byte[]> metadata = new HashMap<>();
  private volatile BiConsumer<RunRequest, Completion> behaviour;

  public FakeServable(Map<String, Signature> signatures, CountingTensors memory) {
    this.signatures = signatures;
    this.memory = memory;
    this.behaviour = this::identity;
  }

  /** Sets what a run does; the default answers each output with the input of the same index. */
  public void behave(BiConsumer<RunRequest, Completion> run) {
    behaviour = run;
  }

  public void metadata(String field, byte[] value) {
    metadata.put(field, value);
  }

  @Override
  public Map<String, Signature> signatures() {
    return signatures;
  }

  @Override
  public TensorAllocator allocator() {
    return memory;
  }

  @Override
  public Map<String, byte[]> metadata() {
    return metadata;
  }

  @Override
  public void run(RunRequest request, Completion completion) {
    behaviour.accept(request, completion);
  }

  /** Answers the n-th output with the n-th input; ABORTED if an input is of another dtype. */
  public void identity(RunRequest request, Completion completion) {
    for (int i = 0; i < request.signature().inputs().size(); i++) {
      TensorSpec spec = request.signature().inputs().get(i);
      Tensor input = request.input(i);
      if (input == null || input.dtype() != spec.dtype()) {
        completion.failed(new ServingException(Code.ABORTED, "ran with another dtype"));
        return;
      }
    }
    int[] wanted = request.outputs();
    Tensor[] outputs = new Tensor[wanted.length];
    for (int i = 0; i < wanted.length; i++) {
      Tensor input = request.input(wanted[i]);
      if (input == null) {
        throw new IllegalStateException("no input for output " + wanted[i]);
      }
      outputs[i] = copy(input);
    }
    completion.succeeded(outputs);
  }

  private Tensor copy(Tensor input) {
    Tensor output = memory.allocate(input.dtype(), input.shape(), input.data().byteSize());
    MemorySegment.copy(input.data(), 0, output.data(), 0, input.data().byteSize());
    return output;
  }
}
