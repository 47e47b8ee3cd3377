package dev.sluice.engine.onnx;

import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.util.Map;

/**
 * One loaded model. Runs happen on the calling thread and complete before {@link #run} returns; any
 * number of them at once.
 *
 * <p>No run changes what later ones give: ONNX has no variables. (Random operations go on in their
 * sequence of numbers, which nobody can tell from another.)
 */
final class OnnxServable implements Servable {
  private final OrtLibrary library;
  private final long session;
  private final BoundModel model;
  private final boolean isShapeBound;
  private final ScratchPool scratches;
  private final TensorAllocator allocator;
  private final SessionRunner runner;
  private final Map<String, Signature> signatures;
  private volatile boolean freed;

  /** Takes a session over. */
  OnnxServable(OrtLibrary library, long session, BoundModel model, boolean isShapeBound) {
    Signature signature = model.signature();
    this.library = library;
    this.session = session;
    this.model = model;
    this.isShapeBound = isShapeBound;
    this.scratches = new ScratchPool(() -> newScratch(library, signature));
    this.allocator = new InputTensors(library.values().live());
    this.runner = new SessionRunner(library.values(), session, model, allocator);
    this.signatures = Map.of(signature.key(), signature);
  }

  @Override
  public Map<String, Signature> signatures() {
    return signatures;
  }

  @Override
  public TensorAllocator allocator() {
    return allocator;
  }

  @Override
  public boolean isShapeBound(Signature signature) {
    return isShapeBound;
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
    if (!model.isSignature(request.signature())) {
      throw new IllegalArgumentException(request.signature() + " is another servable's");
    }
    Scratch scratch = scratch();
    try {
      return runner.run(request, scratch);
    } finally {
      scratches.release(scratch);
    }
  }

  /** Memory may be short between the two, and nobody else would release the options. */
  private static Scratch newScratch(OrtLibrary library, Signature signature) throws OrtException {
    RunOptions options = library.runOptions().create();
    Scratch scratch = null;
    try {
      scratch = new Scratch(signature.inputs().size(), signature.outputs().size(), options);
      return scratch;
    } finally {
      if (scratch == null) {
        options.release();
      }
    }
  }

  private Scratch scratch() throws ServingException {
    try {
      return scratches.acquire();
    } catch (OrtException e) {
      throw e.ofRun(model.id());
    }
  }

  /** Frees all that the library holds for this servable; called once no run is under way. */
  void free() {
    freed = true;
    scratches.clear();
    library.sessions().release(session);
    library.returnFreedMemory();
  }
}
