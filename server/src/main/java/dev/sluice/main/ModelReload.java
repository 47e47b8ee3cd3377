package dev.sluice.main;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.api.tfs.ConfigReload;
import dev.sluice.config.ModelEntry;
import dev.sluice.config.ModelsConfig;
import dev.sluice.config.ModelsValidator;
import dev.sluice.lifecycle.Outcome;
import dev.sluice.protos.serving.ModelServerConfig;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.source.WatchedModel;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * Replaces the models that are served, by a request or from a file (config.md §5).
 *
 * <p>A configuration is checked completely before anything changes, so one that is refused leaves
 * no trace. Changes take turns; waiting for new models happens after that, outside the lock, so a
 * model that never gets a version holds up only the call that asked for it. (In the reference such
 * a call blocks every later one, and a refused configuration may stay in force.)
 *
 * <p>Thread-safe; blocks.
 */
final class ModelReload implements ConfigReload {
  /**
   * How long a waiting call may take to notice that a later configuration has dropped its model.
   * What the models themselves do is noticed at once.
   */
  private static final Duration RECHECK = Duration.ofMillis(250);

  private final ModelsValidator validator;
  private final Models models;
  private final boolean labelsForUnavailable;
  private final ReentrantLock lock = new ReentrantLock();

  private volatile boolean stopping;

  @GuardedBy("lock")
  private ModelsConfig current;

  /** Models that a reload has added and that have neither become available nor failed yet. */
  @GuardedBy("lock")
  private final Set<String> starting = new TreeSet<>();

  /** What a configuration is applied to. */
  interface Models {
    /** Replaces all labels, or none: {@link dev.sluice.lifecycle.Manager#setLabels}. */
    void setLabels(Map<String, Map<String, Long>> labels, boolean allowUnavailable)
        throws ServingException;

    /** Replaces the models whose versions are looked for; returns at once. */
    void watch(List<WatchedModel> watched);

    /**
     * Waits, after what was last {@linkplain #watch watched} has been looked for, until each model
     * has a version available or one that ended in an error, or the time runs out.
     */
    Map<String, Outcome> await(Collection<String> names, Duration timeout)
        throws InterruptedException;
  }

  /**
   * Creates a reload.
   *
   * @param current what is in force already
   * @param labelsForUnavailable true if new labels may point to versions that are not available
   */
  ModelReload(
      ModelsValidator validator,
      Models models,
      ModelsConfig current,
      boolean labelsForUnavailable) {
    this.validator = validator;
    this.models = models;
    this.current = current;
    this.labelsForUnavailable = labelsForUnavailable;
  }

  /** Returns the configuration in force. */
  ModelsConfig current() {
    lock.lock();
    try {
      return current;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void reload(ModelServerConfig config) throws ServingException, InterruptedException {
    Set<String> awaited;
    lock.lockInterruptibly();
    try {
      awaited = take(validator.validate(config, current));
    } finally {
      lock.unlock();
    }
    await(awaited);
  }

  /**
   * Takes a checked configuration without waiting for new models.
   *
   * @return true if it differs from what was in force
   * @throws ServingException if a label may not point where it should; then nothing has changed
   */
  boolean apply(ModelsConfig next) throws ServingException {
    lock.lock();
    try {
      boolean changes = next.list() && !next.equals(current);
      take(next);
      return changes;
    } finally {
      lock.unlock();
    }
  }

  /** Returns the models to wait for. */
  @GuardedBy("lock")
  private Set<String> take(ModelsConfig next) throws ServingException {
    if (!next.list()) {
      return Set.of();
    }
    boolean repeated = next.equals(current);
    models.setLabels(next.labels(), labelsForUnavailable);
    if (!repeated) {
      models.watch(next.watched());
    }
    Set<String> added = names(next);
    added.removeAll(names(current));
    starting.retainAll(names(next));
    starting.addAll(added);
    current = next;
    // Who sends once more what is in force wants to know when it is served.
    return repeated ? Set.copyOf(starting) : added;
  }

  private static Set<String> names(ModelsConfig config) {
    return config.models().stream()
        .map(ModelEntry::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private void await(Set<String> added) throws ServingException, InterruptedException {
    Map<String, Outcome> decided = new TreeMap<>();
    Set<String> left = new TreeSet<>(added);
    while (!left.isEmpty()) {
      Map<String, Outcome> outcomes = models.await(left, RECHECK);
      outcomes.forEach(
          (name, outcome) -> {
            if (!(outcome instanceof Outcome.Pending)) {
              decided.put(name, outcome);
            }
          });
      left.removeAll(decided.keySet());
      settle(decided.keySet(), left);
    }
    refuseFailed(decided);
  }

  /** Lets reloads that wait for models give up. */
  void stopWaiting() {
    stopping = true;
  }

  /** Notes what has been decided, and gives up if what is left is not wanted any more. */
  private void settle(Set<String> decided, Set<String> left) throws ServingException {
    if (stopping && !left.isEmpty()) {
      throw new ServingException(
          Code.UNAVAILABLE,
          "The server is stopping; these models have not become available: " + left);
    }
    lock.lock();
    try {
      starting.removeAll(decided);
      for (String name : left) {
        if (current.model(name).isEmpty()) {
          throw new ServingException(
              Code.ABORTED,
              "Model %s was removed by a later configuration before it became available"
                  .formatted(name));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private static void refuseFailed(Map<String, Outcome> decided) throws ServingException {
    StringBuilder text = new StringBuilder();
    int count = 0;
    for (Outcome outcome : decided.values()) {
      if (outcome instanceof Outcome.Failed(var status)) {
        count++;
        text.append(
            "{{name: %s version: %d} due to error: %s}, "
                .formatted(status.id().model(), status.id().version(), status.health()));
      }
    }
    if (count > 0) {
      throw new ServingException(
          Code.UNKNOWN, "%d model(s) did not become available: {%s}".formatted(count, text));
    }
  }
}
