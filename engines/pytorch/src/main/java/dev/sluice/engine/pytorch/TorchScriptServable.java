package dev.sluice.engine.pytorch;

import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.util.Map;

/**
 * One loaded module. Runs happen on the calling thread and complete before {@link #run} returns;
 * any number of them at once.
 */
final class TorchScriptServable implements Servable {
  private final Libtorch library;
  private final LoadedModule module;
  private final LiveTensors tensors;
  private final Signature signature;
  private final ModuleRunner runner;
  private volatile boolean freed;

  /** Takes a module over. */
  TorchScriptServable(
      ServableId id,
      Libtorch library,
      LoadedModule module,
      Signature signature,
      LiveTensors tensors) {
    this.library = library;
    this.module = module;
    this.tensors = tensors;
    this.signature = signature;
    this.runner = new ModuleRunner(id, library, module, tensors);
  }

  @Override
  public Map<String, Signature> signatures() {
    return Map.of(signature.key(), signature);
  }

  @Override
  public TensorAllocator allocator() {
    return tensors;
  }

  /**
   * A module that only writes to its own tensors in place cannot be told from one that does not.
   */
  @Override
  public boolean isStateful(Signature signature) {
    return module.forward().assigns();
  }

  @Override
  public void run(RunRequest request, Completion completion) {
    Tensor[] outputs;
    try {
      outputs = run(request);
    } catch (ServingException e) {
      completion.failed(e);
      return;
    } catch (OutOfMemoryError e) {
      // Of native memory, as allocators say it; nothing of this process is hurt by it.
      completion.failed(
          new ServingException(Code.RESOURCE_EXHAUSTED, "Out of memory: " + e.getMessage()));
      return;
    }
    completion.succeeded(outputs);
  }

  private Tensor[] run(RunRequest request) throws ServingException {
    if (freed) {
      throw new ServingException(Code.UNAVAILABLE, "The servable has been unloaded");
    }
    checkIsOwn(request.signature());
    return runner.run(request);
  }

  /** A union of the one signature has the same names. */
  private void checkIsOwn(Signature wanted) {
    if (wanted != signature
        && (wanted.parts().isEmpty()
            || !wanted.parts().stream().allMatch(part -> part == signature))) {
      throw new IllegalArgumentException(wanted + " is another servable's");
    }
  }

  /** Frees all that the library holds for this servable; called once no run is under way. */
  void free() {
    freed = true;
    library.deleteModule(module.handle());
  }
}
