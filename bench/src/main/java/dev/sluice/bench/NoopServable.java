package dev.sluice.bench;

import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.util.List;
import java.util.Map;

/** Completes at once, with nothing. */
final class NoopServable implements Servable {
  private static final Tensor[] NO_OUTPUTS = {};

  private final TensorAllocator allocator = new NativeTensors();
  private final Map<String, Signature> signatures =
      Map.of(
          Signature.DEFAULT_KEY,
          new Signature(Signature.DEFAULT_KEY, "", List.of(), List.of(), Map.of()));

  @Override
  public Map<String, Signature> signatures() {
    return signatures;
  }

  @Override
  public TensorAllocator allocator() {
    return allocator;
  }

  @Override
  public void run(RunRequest request, Completion completion) {
    completion.succeeded(NO_OUTPUTS);
  }
}
