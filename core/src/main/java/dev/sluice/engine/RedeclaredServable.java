package dev.sluice.engine;

import dev.sluice.engine.ModelSettings.Declaration;
import dev.sluice.servable.Completion;
import dev.sluice.servable.ForwardingServable;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.StoppableRun;
import dev.sluice.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Shows the signatures of a servable as they are declared, and runs those that it has. */
final class RedeclaredServable extends ForwardingServable {
  private final Map<String, Signature> shown;

  /** By what is shown; a signature equals only itself. */
  private final Map<Signature, Redeclaration> redeclarations;

  private RedeclaredServable(Servable servable, Map<String, Redeclaration> byKey) {
    super(servable);
    Map<String, Signature> signatures = new HashMap<>();
    Map<Signature, Redeclaration> redeclared = new HashMap<>();
    byKey.forEach(
        (key, redeclaration) -> {
          signatures.put(key, redeclaration.shown());
          redeclared.put(redeclaration.shown(), redeclaration);
        });
    this.shown = Map.copyOf(signatures);
    this.redeclarations = Map.copyOf(redeclared);
  }

  /**
   * Returns a servable with the signatures that are declared; the same one if that says nothing
   * new.
   *
   * @throws ServingException if what is declared is not what the model has
   */
  static Servable of(ServableId id, Servable servable, Map<String, Declaration> declared)
      throws ServingException {
    Map<String, Redeclaration> byKey = Redeclaration.of(id, servable.signatures(), declared);
    return byKey.values().stream().allMatch(Redeclaration::changesNothing)
        ? servable
        : new RedeclaredServable(servable, byKey);
  }

  @Override
  public Map<String, Signature> signatures() {
    return shown;
  }

  /** Nothing: what the model says of itself are the old names. */
  @Override
  public Map<String, byte[]> metadata() {
    return Map.of();
  }

  @Override
  public boolean isShapeBound(Signature signature) {
    return servable.isShapeBound(engines(signature));
  }

  @Override
  public boolean isStateful(Signature signature) {
    return servable.isStateful(engines(signature));
  }

  /** A union names its tensors as the engine does, so it has them in the same order. */
  private Signature engines(Signature signature) {
    Redeclaration redeclaration = redeclarations.get(signature);
    return redeclaration == null
        ? Signature.union(signature.parts().stream().map(this::engines).toList())
        : redeclaration.engines();
  }

  @Override
  public void run(RunRequest request, Completion completion) {
    Redeclaration redeclaration = redeclarations.get(request.signature());
    servable.run(
        redeclaration == null
            ? new UnionRequest(request, engines(request.signature()))
            : new SignatureRequest(request, redeclaration),
        completion);
  }

  /** A request for the engine's own signature, in whose order its inputs and outputs are. */
  private static final class SignatureRequest extends EngineRequest {
    private final Redeclaration redeclaration;
    private final int[] outputs;

    SignatureRequest(RunRequest request, Redeclaration redeclaration) {
      super(request, redeclaration.engines());
      this.redeclaration = redeclaration;
      this.outputs = request.outputs().clone();
      for (int i = 0; i < outputs.length; i++) {
        outputs[i] = redeclaration.engineOutput(outputs[i]);
      }
    }

    @Override
    public @Nullable Tensor input(int index) {
      return request.input(redeclaration.shownInput(index));
    }

    @Override
    public int[] outputs() {
      return outputs;
    }
  }

  private static final class UnionRequest extends EngineRequest {
    UnionRequest(RunRequest request, Signature engines) {
      super(request, engines);
    }

    @Override
    public @Nullable Tensor input(int index) {
      return request.input(index);
    }

    @Override
    public int[] outputs() {
      return request.outputs();
    }
  }

  /** A request under the engine's signature; all but the tensors is that of the client's. */
  private abstract static class EngineRequest implements RunRequest {
    final RunRequest request;
    private final Signature engines;

    EngineRequest(RunRequest request, Signature engines) {
      this.request = request;
      this.engines = engines;
    }

    @Override
    public Signature signature() {
      return engines;
    }

    @Override
    public boolean isAbandoned() {
      return request.isAbandoned();
    }

    @Override
    public boolean isCancelled() {
      return request.isCancelled();
    }

    @Override
    public String clientName() {
      return request.clientName();
    }

    @Override
    public long remainingNanos(long now) {
      return request.remainingNanos(now);
    }

    @Override
    public @Nullable Executor home() {
      return request.home();
    }

    @Override
    public void mayRunUntil(long nanoTime) {
      request.mayRunUntil(nanoTime);
    }

    @Override
    public void stoppableBy(@Nullable StoppableRun run) {
      request.stoppableBy(run);
    }

    @Override
    public void ran(long startNanos, long endNanos, long rows) {
      request.ran(startNanos, endNanos, rows);
    }
  }
}
