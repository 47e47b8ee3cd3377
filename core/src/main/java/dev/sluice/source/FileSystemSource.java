package dev.sluice.source;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks for versions in the file system (config.md §3), periodically and whenever the models
 * change.
 *
 * <p>Every look reports the whole wish for every model, also if nothing changed: a failed version
 * is checked for repairs then. A base path that cannot be read concerns its own model only: nothing
 * is reported for it, so nothing changes, and a warning names it. So does one that does not answer:
 * the others are looked at as usual, and what it holds is reported when it answers. A warning is
 * given when it first applies and not again until it has ceased to apply.
 *
 * <p>Thread-safe. Reporting and warning happen on the source's own virtual thread, looking on
 * threads of {@link Looks}.
 */
public final class FileSystemSource implements Source {
  /** A file system that takes longer than this for one directory counts as hanging. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Duration period;
  private final Consumer<String> warnings;
  private final Looks looks;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private List<WatchedModel> models = List.of();

  /** Counts the calls of {@link #setModels}. */
  @GuardedBy("lock")
  private long wanted;

  /** The value of {@link #wanted} that the last complete look began with. */
  @GuardedBy("lock")
  private long looked = -1;

  @GuardedBy("lock")
  private Map<String, String> unreadable = Map.of();

  /** The models of which nothing is wanted only because it is not whole yet. */
  @GuardedBy("lock")
  private Set<String> settlingModels = Set.of();

  /** True if a look that was given up has ended since the last turn. */
  @GuardedBy("lock")
  private boolean lateResults;

  @GuardedBy("lock")
  private boolean closed;

  @GuardedBy("lock")
  private @Nullable Thread thread;

  // Touched by the source's thread only.
  private final Findings findings;
  private String problem = "";

  /**
   * Creates a source without models, of versions that have directories of their own.
   *
   * @param period time between looks; zero looks only when models are set, negative never looks
   * @param warnings takes what the operator should know, one line each
   */
  public FileSystemSource(Duration period, Consumer<String> warnings) {
    this(period, warnings, directory -> false);
  }

  /**
   * Creates a source without models.
   *
   * @param isModel true of a base path that is no directory of versions, but a version itself
   */
  public FileSystemSource(Duration period, Consumer<String> warnings, Predicate<Path> isModel) {
    this(
        period,
        warnings,
        isModel,
        period.isPositive() ? new Settling(InstantSource.system(), System::nanoTime) : null);
  }

  private FileSystemSource(
      Duration period,
      Consumer<String> warnings,
      Predicate<Path> isModel,
      @Nullable Settling settling) {
    this(period, warnings, new VersionFinder(settling, isModel)::look, PATIENCE, settling);
  }

  FileSystemSource(
      Duration period,
      Consumer<String> warnings,
      Function<WatchedModel, VersionFinder.Look> finder,
      Duration patience) {
    this(period, warnings, finder, patience, null);
  }

  private FileSystemSource(
      Duration period,
      Consumer<String> warnings,
      Function<WatchedModel, VersionFinder.Look> finder,
      Duration patience,
      @Nullable Settling settling) {
    this.period = period;
    this.warnings = warnings;
    this.looks = new Looks(finder, patience, this::wakeForLateResults);
    this.findings = new Findings(looks, settling, warnings);
  }

  private void wakeForLateResults() {
    lock.lock();
    try {
      lateResults = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void start(Consumer<AspiredVersions> target) {
    lock.lock();
    try {
      if (thread != null || closed) {
        throw new IllegalStateException("started twice, or after close");
      }
      thread = Thread.ofVirtual().name("file-system-source").unstarted(() -> watch(target));
      thread.start();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Replaces the models and looks at once. A model that is no longer among them is reported with an
   * empty wish.
   *
   * @throws IllegalArgumentException if two models have one name
   */
  public void setModels(List<WatchedModel> newModels) {
    Set<String> names = new HashSet<>();
    for (WatchedModel model : newModels) {
      if (!names.add(model.name())) {
        throw new IllegalArgumentException("model " + model.name() + " is listed twice");
      }
    }
    lock.lock();
    try {
      models = List.copyOf(newModels);
      wanted++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until every model of the last {@link #setModels} has been looked at.
   *
   * @return why a model's base path could not be read, by model, also if it does not answer; a
   *     model that is absent has been reported. Every model, if the source is closed or never
   *     looks.
   */
  public Map<String, String> awaitLook() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long awaited = wanted;
      while (looked < awaited && !closed && !period.isNegative()) {
        changed.await();
      }
      return looked < awaited ? notLooked() : unreadable;
    } finally {
      lock.unlock();
    }
  }

  /** Returns true if the last look found versions of a model, but none that is whole yet. */
  public boolean isSettling(String model) {
    lock.lock();
    try {
      return settlingModels.contains(model);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private Map<String, String> notLooked() {
    Map<String, String> reasons = new HashMap<>();
    for (WatchedModel model : models) {
      reasons.put(model.name(), "Versions of " + model.name() + " are not looked for");
    }
    return Map.copyOf(reasons);
  }

  @Override
  public void close() {
    end();
    looks.close();
    Thread running;
    lock.lock();
    try {
      running = thread;
    } finally {
      lock.unlock();
    }
    if (running != null && !running.equals(Thread.currentThread())) {
      joinUninterruptibly(running);
    }
  }

  private static void joinUninterruptibly(Thread running) {
    boolean interrupted = false;
    while (true) {
      try {
        running.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void watch(Consumer<AspiredVersions> target) {
    try {
      while (awaitTurn()) {
        takeTurn(target);
      }
    } catch (InterruptedException e) {
      // Nobody else knows this thread; an interrupt can only mean that it should end.
      Thread.currentThread().interrupt();
    } finally {
      end();
    }
  }

  private void takeTurn(Consumer<AspiredVersions> target) throws InterruptedException {
    List<WatchedModel> current;
    long turn;
    boolean lateOnly;
    lock.lock();
    try {
      current = models;
      turn = wanted;
      lateOnly = lateResults && looked == wanted;
      lateResults = false;
    } finally {
      lock.unlock();
    }
    Map<String, String> failures = lookOrSayWhyNot(current, lateOnly, target);
    lock.lock();
    try {
      looked = turn;
      unreadable = failures;
      settlingModels = findings.unsettled();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns what {@link Findings#lookAt} does; where it throws, the next turn may find things
   * better, such as a thread for its looks.
   */
  private Map<String, String> lookOrSayWhyNot(
      List<WatchedModel> current, boolean lateOnly, Consumer<AspiredVersions> target)
      throws InterruptedException {
    try {
      Map<String, String> found = findings.lookAt(current, lateOnly, target);
      problem = "";
      return found;
    } catch (RuntimeException | Error e) {
      String now = "Could not look for versions: " + e;
      if (!now.equals(problem)) {
        warnings.accept(now);
      }
      problem = now;
      return current.stream().collect(Collectors.toUnmodifiableMap(WatchedModel::name, m -> now));
    }
  }

  private void end() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the time of the next look; returns false when closed. */
  private boolean awaitTurn() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long nanos = period.isPositive() ? TimeUnit.NANOSECONDS.convert(period) : Long.MAX_VALUE;
      boolean mayLook = !period.isNegative();
      while (!closed) {
        if (mayLook && (looked < wanted || lateResults || nanos <= 0)) {
          return true;
        }
        nanos = changed.awaitNanos(nanos);
      }
      return false;
    } finally {
      lock.unlock();
    }
  }
}
