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
import java.util.stream.Collectors;

/**
 * The models of the configuration, less those that clients have unloaded. A configuration that
 * changes brings all of its models back.
 *
 * <p>Thread-safe. Models are watched under the lock, so that the last who changes something is also
 * the last whom the source hears.
 */
final class SelectedModels implements ModelReload.Models, ModelControl {
  /** How long a waiting call may take to notice that the server stops, or what others did. */
  private static final Duration RECHECK = Duration.ofMillis(250);

  /** What the largest models take, and more; a call that waits longer may be made again. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final ServedModels served;
  private final Manager manager;
  private final Duration patience;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile boolean stopping;

  /** A snapshot, so that health need not wait for a configuration that is being changed. */
  private volatile Set<String> wantedNames;

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
    this(served, configured, PATIENCE);
  }

  /** Creates a selection of everything, whose calls wait for so long. */
  SelectedModels(ServedModels served, List<WatchedModel> configured, Duration patience) {
    this.served = served;
    this.patience = patience;
    this.manager = served.manager();
    this.configured = List.copyOf(configured);
    this.wantedNames = names(this.configured);
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
      wantedNames = names(configured);
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
    long end = System.nanoTime() + patience.toNanos();
    select(model, true);
    requireLook(model);
    while (true) {
      Outcome outcome = served.awaitLoaded(model, RECHECK);
      requireSelected(model);
      switch (outcome) {
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
        case Outcome.Pending _ -> requirePatience(model, "loaded", end);
      }
    }
  }

  /** Only the first look counts: a later one that fails does not end a load under way. */
  private void requireLook(String model) throws ServingException, InterruptedException {
    String reason = served.awaitLook().get(model);
    refuseIfStopping(model);
    requireSelected(model);
    if (reason != null) {
      throw new ServingException(
          Code.NOT_FOUND,
          "Model %s: expected a directory of versions, found none that can be read: %s"
              .formatted(model, reason));
    }
  }

  @Override
  public void unload(String model) throws ServingException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    select(model, false);
    // Before that, a version that loads could still become available.
    served.awaitWishes(patience);
    requireUnselected(model);
    while (!manager.states().await(() -> !isAvailable(model), RECHECK)) {
      requireUnselected(model);
      requirePatience(model, "unloaded", end);
    }
  }

  private boolean isAvailable(String model) {
    return manager.states().versions(model).stream()
        .anyMatch(status -> status.state() == VersionState.AVAILABLE);
  }

  /** Returns the names of the models that are wanted: configured, and not unloaded by clients. */
  Set<String> wanted() {
    return wantedNames;
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

  private void requirePatience(String model, String what, long end) throws ServingException {
    refuseIfStopping(model);
    if (System.nanoTime() - end >= 0) {
      throw new ServingException(
          Code.DEADLINE_EXCEEDED,
          "Model %s: expected it to be %s within %d s, found it under way; it still goes on"
              .formatted(model, what, patience.toSeconds()));
    }
  }

  /** Refuses to wait for a model that others have taken away meanwhile. */
  private void requireSelected(String model) throws ServingException {
    lock.lock();
    try {
      if (!isConfigured(model)) {
        throw new ServingException(
            Code.ABORTED,
            "Model %s was removed by a later configuration before it was loaded".formatted(model));
      }
      if (unloaded.contains(model)) {
        throw new ServingException(
            Code.ABORTED,
            "Model %s was unloaded by another call before it was loaded".formatted(model));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Refuses to wait for the end of a model that others want again; dropped ones go anyway. */
  private void requireUnselected(String model) throws ServingException {
    lock.lock();
    try {
      if (isConfigured(model) && !unloaded.contains(model)) {
        throw new ServingException(
            Code.ABORTED,
            "Model %s was loaded again, by another call or a later configuration, before it was gone"
                .formatted(model));
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private boolean isConfigured(String model) {
    return configured.stream().anyMatch(known -> known.name().equals(model));
  }

  private void select(String model, boolean wanted) throws ServingException {
    lock.lock();
    try {
      if (!isConfigured(model)) {
        throw new ServingException(
            Code.NOT_FOUND,
            ("Model %s: expected a model of the configuration, found none of that name; add it"
                    + " there, and have the configuration reloaded")
                .formatted(model));
      }
      boolean changes = wanted ? unloaded.remove(model) : unloaded.add(model);
      // To watch the same again is to look again, which is what a load asks for.
      if (changes || wanted) {
        Set<String> hidden = Set.copyOf(unloaded);
        List<WatchedModel> left =
            configured.stream().filter(known -> !hidden.contains(known.name())).toList();
        wantedNames = names(left);
        served.watch(left);
      }
    } finally {
      lock.unlock();
    }
  }

  private static Set<String> names(List<WatchedModel> models) {
    return models.stream().map(WatchedModel::name).collect(Collectors.toUnmodifiableSet());
  }
}
