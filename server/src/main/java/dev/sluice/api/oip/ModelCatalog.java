package dev.sluice.api.oip;

import dev.sluice.lifecycle.ServableLease;
import dev.sluice.lifecycle.VersionState;
import dev.sluice.lifecycle.VersionStatus;
import dev.sluice.predict.Predictor;
import dev.sluice.predict.VersionChoice;
import dev.sluice.servable.Code;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Answers what clients ask about models: whether they are ready, what they take, which there are.
 */
public final class ModelCatalog {
  private final Predictor predictor;
  private final ModelStates states;
  private final ServerHealth health;

  /** Creates a catalogue of what the predictor can find. */
  public ModelCatalog(Predictor predictor, ModelStates states, ServerHealth health) {
    this.predictor = predictor;
    this.states = states;
    this.health = health;
  }

  /**
   * Returns whether a version of a model should be asked now: it is available and nothing is known
   * to be wrong with it. One that nobody knows should not.
   *
   * @param version empty for the highest that is available
   * @throws ServingException INVALID_ARGUMENT if the model's name is empty or the version no number
   */
  public boolean isReady(String model, String version) throws ServingException {
    VersionChoice choice = choice(model, version);
    try {
      ServableLease lease = predictor.acquire(model, choice);
      lease.release();
      return health.mayAsk(lease.id());
    } catch (ServingException unavailable) {
      if (unavailable.code() == Code.NOT_FOUND) {
        return false;
      }
      throw unavailable;
    }
  }

  /**
   * Returns what a version of a model says of itself.
   *
   * @param version empty for the highest that is available
   * @param signature whose inputs and outputs are wanted; empty for the default
   * @throws ServingException NOT_FOUND if there is no such version, INVALID_ARGUMENT if it has no
   *     such signature
   */
  public ModelMetadata metadata(String model, String version, String signature)
      throws ServingException {
    ServableLease lease = predictor.acquire(model, choice(model, version));
    try {
      return ModelMetadata.of(
          model,
          available(model),
          lease.servable().engine(),
          signature(lease.id(), lease.servable(), signature));
    } finally {
      lease.release();
    }
  }

  /**
   * Returns all versions of all models that were ever seen, by name, the lowest version first.
   *
   * @param readyOnly leaves out what cannot be used now
   */
  public List<RepositoryEntry> index(boolean readyOnly) {
    List<RepositoryEntry> entries = new ArrayList<>();
    for (List<VersionStatus> versions : states.all().values()) {
      versions.reversed().stream()
          .filter(status -> !readyOnly || status.state() == VersionState.AVAILABLE)
          .map(RepositoryEntry::of)
          .forEach(entries::add);
    }
    return entries;
  }

  /** Returns all versions that can be used now. */
  Set<ServableId> available() {
    return states.all().values().stream()
        .flatMap(List::stream)
        .filter(status -> status.state() == VersionState.AVAILABLE)
        .map(VersionStatus::id)
        .collect(Collectors.toUnmodifiableSet());
  }

  private List<String> available(String model) {
    return states.all().getOrDefault(model, List.of()).reversed().stream()
        .filter(status -> status.state() == VersionState.AVAILABLE)
        .map(status -> Long.toString(status.id().version()))
        .toList();
  }

  private static VersionChoice choice(String model, String version) throws ServingException {
    InferChecks.modelName(model);
    return Versions.choice(model, version);
  }

  /** Returns a signature of a servable; an empty key means the default. */
  static Signature signature(ServableId id, Servable servable, String key) throws ServingException {
    Signature signature = servable.signatures().get(key.isEmpty() ? Signature.DEFAULT_KEY : key);
    if (signature == null) {
      throw InferChecks.invalid(
          id,
          "expected signature_name to be one of %s, found \"%s\"",
          new TreeSet<>(servable.signatures().keySet()),
          key.isEmpty() ? Signature.DEFAULT_KEY : key);
    }
    return signature;
  }
}
