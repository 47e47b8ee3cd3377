package dev.sluice.engine.tensorflow;

import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.util.HashMap;
import java.util.Map;

/**
 * One loaded SavedModel. Runs happen on the calling thread and complete before {@link #run}
 * returns; any number of them at once.
 */
final class SavedModelServable implements Servable {
  private final TfSession session;
  private final ScratchPool scratches;
  private final TensorAllocator allocator;
  private final SessionRunner runner;
  private final SignatureBinder binder;
  private final Map<String, BoundSignature> bound;
  private final Map<String, Signature> signatures;
  private final Map<String, byte[]> metadata;
  private volatile boolean freed;

  /** Takes a session over. */
  SavedModelServable(ServableId id, TfLibrary library, TfSession session) {
    Map<String, SignatureDef> defs = session.metaGraph().signatures();
    this.session = session;
    this.scratches =
        new ScratchPool(
            library,
            // Enough for a union of them all.
            defs.values().stream().mapToInt(SignatureDef::getInputsCount).sum(),
            defs.values().stream().mapToInt(SignatureDef::getOutputsCount).sum());
    this.allocator = new TfAllocator(library, scratches);
    this.runner = new SessionRunner(library, session);
    this.binder = new SignatureBinder(id, session, allocator);
    this.bound = bind(defs, binder);
    Map<String, Signature> byKey = new HashMap<>();
    bound.forEach((key, signature) -> byKey.put(key, signature.signature()));
    this.signatures = Map.copyOf(byKey);
    this.metadata = Map.of("signature_def", session.metaGraph().signatureDefMap().toByteArray());
  }

  private static Map<String, BoundSignature> bind(
      Map<String, SignatureDef> defs, SignatureBinder binder) {
    Map<String, BoundSignature> bound = new HashMap<>();
    defs.forEach((key, def) -> bound.put(key, binder.bind(key, def)));
    return Map.copyOf(bound);
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
  public Map<String, byte[]> metadata() {
    return metadata;
  }

  @Override
  public boolean isShapeBound(Signature signature) {
    return session.runsOnCaller() && session.metaGraph().shapeBound().contains(signature.key());
  }

  @Override
  public boolean isStateful(Signature signature) {
    return session.metaGraph().stateful().contains(signature.key());
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
    BoundSignature signature = bound(request.signature());
    Scratch scratch = scratches.acquire();
    try {
      return runner.run(signature, request, scratch);
    } finally {
      scratches.release(scratch);
    }
  }

  private BoundSignature bound(Signature signature) {
    if (!signature.parts().isEmpty()) {
      signature.parts().forEach(this::bound);
      return binder.bind(signature);
    }
    BoundSignature own = bound.get(signature.key());
    if (own == null || own.signature() != signature) {
      throw new IllegalArgumentException(signature + " is another servable's");
    }
    return own;
  }

  /** Frees all that the library holds for this servable; called once no run is under way. */
  void free() {
    freed = true;
    signatures.values().forEach(signature -> signature.defaults().values().forEach(Tensor::close));
    scratches.close();
    session.close();
  }
}
