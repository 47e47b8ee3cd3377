package dev.sluice.lifecycle;

import dev.sluice.engine.LoaderFactory;
import dev.sluice.servable.RunUnderWay;
import dev.sluice.servable.ServableDecorator;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.source.AspiredVersions;
import dev.sluice.source.DirectoryFingerprint;
import dev.sluice.source.Fingerprint;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Loads and unloads versions as sources wish and the policy allows, and lends them to requests.
 *
 * <p>Call {@link #start} once, then anything in any order from any thread, then {@link #shutDown}.
 * A wish is carried out asynchronously: decisions are taken on the manager's own thread, one step
 * after each event, with no clock tick in between; loads and unloads run on platform threads. A
 * version that fails concerns no other.
 *
 * <p>What is guaranteed:
 *
 * <ul>
 *   <li>A servable that was acquired is not closed before it is released.
 *   <li>While the availability-preserving policy swaps versions, {@link #acquireLatest} never
 *       returns null.
 *   <li>AVAILABLE is published after a version can be acquired, UNLOADING before it cannot be any
 *       more; the published states of one incarnation only move forward (lifecycle.md §1).
 * </ul>
 */
public final class Manager implements ServableLookup, AutoCloseable {
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);

  private final ServingTable serving = new ServingTable();
  private final StateTable states = new StateTable();
  private final LabelTable labels = new LabelTable(states);
  private final Mailbox mailbox = new Mailbox("model-manager");
  private final Workers workers;
  private final Conductor conductor;
  private final AtomicBoolean started = new AtomicBoolean();

  /** Creates a manager that checks directories for repairs and waits by the system's clock. */
  public Manager(
      ManagerOptions options,
      LoaderFactory loaders,
      List<ServableDecorator> decorators,
      StateListener listener) {
    this(options, loaders, decorators, listener, new DirectoryFingerprint());
  }

  /** Creates a manager that waits by the system's clock. */
  public Manager(
      ManagerOptions options,
      LoaderFactory loaders,
      List<ServableDecorator> decorators,
      StateListener listener,
      Fingerprint fingerprint) {
    this(options, loaders, decorators, listener, fingerprint, Timer.system());
  }

  /**
   * Creates a manager.
   *
   * @param decorators put around every servable when it is loaded, innermost first
   * @param listener is told of every change, on the manager's thread
   */
  public Manager(
      ManagerOptions options,
      LoaderFactory loaders,
      List<ServableDecorator> decorators,
      StateListener listener,
      Fingerprint fingerprint,
      Timer timer) {
    workers = Workers.start(options);
    LoadAttempt.Tools tools =
        new LoadAttempt.Tools(
            loaders,
            List.copyOf(decorators),
            new MemoryBudget(options.memoryLimitBytes()),
            new MemoryGuard(options.memory()),
            fingerprint);
    conductor = new Conductor(options, tools, timer, workers, mailbox, serving, states, listener);
  }

  /** Starts the manager's thread. */
  public void start() {
    started.set(true);
    mailbox.start();
  }

  /** Takes the whole wish for one model (lifecycle.md §3). Returns at once. */
  public void aspire(AspiredVersions wish) {
    mailbox.post(() -> conductor.wish(wish));
  }

  /** Returns the status of every version ever seen. */
  public StateTable states() {
    return states;
  }

  /**
   * Replaces the labels of all models at once (config.md §4).
   *
   * @param newLabels versions by label by model
   * @param allowUnavailable lets a label that is new, or that stays where it is, point to a version
   *     that is not available
   * @throws ServingException FAILED_PRECONDITION if a label may not point where it should; then all
   *     labels stay as they were
   */
  public void setLabels(Map<String, Map<String, Long>> newLabels, boolean allowUnavailable)
      throws ServingException {
    labels.replace(newLabels, allowUnavailable);
  }

  @Override
  public @Nullable ServableLease acquireLatest(String model) {
    return serving.acquireLatest(model);
  }

  @Override
  public @Nullable ServableLease acquire(String model, long version) {
    return serving.acquire(model, version);
  }

  @Override
  public OptionalLong labelled(String model, String label) {
    return labels.labelled(model, label);
  }

  /** Returns the runs under way of each version that requests can reach. Never blocks. */
  public Map<ServableId, List<RunUnderWay>> runsUnderWay() {
    return serving.runsUnderWay();
  }

  /**
   * Waits for models until each has a version available or cannot be expected to have one soon.
   * What was {@linkplain #aspire aspired} before the call is taken into account.
   *
   * @return how the wait ended for each model, in the order given; {@link Outcome.Pending} for
   *     those still undecided when the time ran out
   */
  public Map<String, Outcome> await(
      Collection<String> models, Outcome.Until until, Duration timeout)
      throws InterruptedException {
    List<String> names = List.copyOf(models);
    // Turns true behind every wish posted so far, so that no wait ends by an older wish.
    AtomicBoolean seen = new AtomicBoolean();
    mailbox.post(
        () -> {
          seen.set(true);
          states.signal();
        });
    states.await(() -> seen.get() && allDecided(outcomes(names, until)), timeout);
    return outcomes(names, until);
  }

  private static boolean allDecided(Map<String, Outcome> outcomes) {
    return outcomes.values().stream().noneMatch(Outcome.Pending.class::isInstance);
  }

  private Map<String, Outcome> outcomes(List<String> models, Outcome.Until until) {
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    for (String model : models) {
      Progress progress = conductor.progress().get(model);
      outcomes.put(
          model,
          progress == null
              ? new Outcome.Pending()
              : progress.outcome(until).orElseGet(Outcome.Pending::new));
    }
    return outcomes;
  }

  /**
   * Unloads everything and ends the manager's threads; wishes are ignored from now on. Versions
   * that requests still use when the time runs out are left loaded. Called once.
   *
   * @param patience how long to wait for running requests, loads and unloads
   * @return what is left loaded or under way; empty if everything was unloaded
   */
  public List<VersionStatus> shutDown(Duration patience) throws InterruptedException {
    if (!started.get()) {
      workers.stop(); // nobody reads the mailbox: nothing was loaded, and nothing would answer
      return List.of();
    }
    CountDownLatch stopped = new CountDownLatch(1);
    mailbox.post(() -> conductor.stop(stopped));
    List<VersionStatus> remaining = List.of();
    if (!stopped.await(TimeUnit.NANOSECONDS.convert(patience), TimeUnit.NANOSECONDS)) {
      remaining = askRemaining();
    }
    mailbox.stop();
    workers.stop();
    return remaining;
  }

  private List<VersionStatus> askRemaining() throws InterruptedException {
    CompletableFuture<List<VersionStatus>> remaining = new CompletableFuture<>();
    mailbox.post(() -> remaining.complete(conductor.remaining()));
    try {
      return remaining.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a completed answer has failed", e);
    }
  }

  /** Shuts down with half a minute of patience. */
  @Override
  public void close() {
    try {
      shutDown(CLOSE_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
