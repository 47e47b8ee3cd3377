package dev.sluice.main;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.api.oip.ModelControl;
import dev.sluice.lifecycle.Manager;
import dev.sluice.lifecycle.Outcome;
import dev.sluice.lifecycle.VersionState;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.source.WatchedModel;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The models of the configuration, less those that clients have unloaded. A configuration that
 * changes brings all of its models back.
 *
 * <p>Thread-safe. Models are watched under the lock, so that the last who changes something is also
 * the last whom the source hears.
 */
final class SelectedModels implements ModelReload.Models, ModelControl {
  /** How long a waiting call may take to notice that the server stops. */
  private static final Duration RECHECK = Duration.ofMillis(250);

  private final ServedModels served;
  private final Manager manager;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile boolean stopping;

  @GuardedBy("lock")
  private List<WatchedModel> configured;

  @GuardedBy("lock")
  private final Set<String> unloaded = new TreeSet<>();

  /**
   * Creates a selection of everything.
   *
   * @param configured what is, or soon will be, watched already
   */
  SelectedModels(ServedModels served, List<WatchedModel> configured) {
    this.served = served;
    this.manager = served.manager();
    this.configured = List.copyOf(configured);
  }

  @Override
  public void setLabels(Map<String, Map<String, Long>> labels, boolean allowUnavailable)
      throws ServingException {
    served.setLabels(labels, allowUnavailable);
  }

  @Override
  public void watch(List<WatchedModel> watched) {
    lock.lock();
    try {
      configured = List.copyOf(watched);
      unloaded.clear();
      served.watch(configured);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Map<String, Outcome> await(Collection<String> names, Duration timeout)
      throws InterruptedException {
    return served.await(names, timeout);
  }

  @Override
  public void load(String model) throws ServingException, InterruptedException {
    select(model, true);
    while (true) {
      switch (served.await(List.of(model), RECHECK).get(model)) {
        case Outcome.Available _ -> {
          return;
        }
        case Outcome.Failed(var status) ->
            throw new ServingException(
                status.health().code(),
                "Model %s: version %d did not load: %s"
                    .formatted(model, status.id().version(), status.health().message()));
        case Outcome.NoVersions _ ->
            throw new ServingException(
                Code.NOT_FOUND,
                "Model %s: expected a version to load, found none".formatted(model));
        case Outcome.Pending _ -> refuseIfStopping(model);
        case null -> throw new IllegalStateException("no outcome for " + model);
      }
    }
  }

  @Override
  public void unload(String model) throws ServingException, InterruptedException {
    select(model, false);
    while (!manager.states().await(() -> !isAvailable(model), RECHECK)) {
      refuseIfStopping(model);
    }
  }

  private boolean isAvailable(String model) {
    return manager.states().versions(model).stream()
        .anyMatch(status -> status.state() == VersionState.AVAILABLE);
  }

  /** Lets calls that wait for models give up. */
  void stopWaiting() {
    stopping = true;
  }

  private void refuseIfStopping(String model) throws ServingException {
    if (stopping) {
      throw new ServingException(
          Code.UNAVAILABLE, "The server is stopping; nobody waits for model " + model);
    }
  }

  private void select(String model, boolean wanted) throws ServingException {
    lock.lock();
    try {
      if (configured.stream().noneMatch(known -> known.name().equals(model))) {
        throw new ServingException(
            Code.NOT_FOUND,
            ("Model %s: expected a model of the configuration, found none of that name; add it"
                    + " there, and have the configuration reloaded")
                .formatted(model));
      }
      boolean changes = wanted ? unloaded.remove(model) : unloaded.add(model);
      if (changes) {
        Set<String> hidden = Set.copyOf(unloaded);
        served.watch(configured.stream().filter(known -> !hidden.contains(known.name())).toList());
      }
    } finally {
      lock.unlock();
    }
  }
}
