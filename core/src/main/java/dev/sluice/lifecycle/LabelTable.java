package dev.sluice.lifecycle;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What version labels point to (config.md §4).
 *
 * <p>Look-ups are lock-free on any thread and allocate nothing: the table is one immutable snapshot
 * behind one volatile reference. Replacements take turns.
 */
final class LabelTable {
  private final StateTable states;
  private final ReentrantLock lock = new ReentrantLock();

  /** Read without the lock; written under it, so that a check and its swap are one step. */
  private volatile Map<String, Map<String, OptionalLong>> labels = Map.of();

  LabelTable(StateTable states) {
    this.states = states;
  }

  /** See {@link ServableLookup#labelled}. */
  OptionalLong labelled(String model, String label) {
    Map<String, OptionalLong> ofModel = labels.get(model);
    return ofModel == null
        ? OptionalLong.empty()
        : ofModel.getOrDefault(label, OptionalLong.empty());
  }

  /** See {@link Manager#setLabels}. */
  void replace(Map<String, Map<String, Long>> newLabels, boolean allowUnavailable)
      throws ServingException {
    lock.lock();
    try {
      Map<String, Map<String, OptionalLong>> replacement = new HashMap<>();
      for (Map.Entry<String, Map<String, Long>> ofModel : newLabels.entrySet()) {
        Map<String, OptionalLong> versions = new HashMap<>();
        for (Map.Entry<String, Long> label : ofModel.getValue().entrySet()) {
          ServableId id = new ServableId(ofModel.getKey(), label.getValue());
          check(id, label.getKey(), allowUnavailable);
          versions.put(label.getKey(), OptionalLong.of(id.version()));
        }
        replacement.put(ofModel.getKey(), Map.copyOf(versions));
      }
      labels = Map.copyOf(replacement);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void check(ServableId id, String label, boolean allowUnavailable)
      throws ServingException {
    VersionStatus status = states.version(id);
    if (status != null && status.state() == VersionState.AVAILABLE) {
      return;
    }
    OptionalLong before = labelled(id.model(), label);
    if (allowUnavailable && (before.isEmpty() || before.getAsLong() == id.version())) {
      return;
    }
    throw new ServingException(
        Code.FAILED_PRECONDITION,
        "Request to assign label to version %d of model %s, which is not currently available for inference"
            .formatted(id.version(), id.model()));
  }
}
