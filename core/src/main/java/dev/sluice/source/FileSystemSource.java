package dev.sluice.source;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks for versions in the file system (config.md §3), periodically and whenever the models
 * change.
 *
 * <p>Every look reports the whole wish for every model, also if nothing changed: a failed version
 * is checked for repairs then. A base path that cannot be read concerns its own model only: nothing
 * is reported for it, so nothing changes, and a warning names it. A warning is given when it first
 * applies and not again until it has ceased to apply.
 *
 * <p>Thread-safe. Looking, reporting and warning happen on the source's own virtual thread.
 */
public final class FileSystemSource implements Source {
  private final Duration period;
  private final Consumer<String> warnings;
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

  @GuardedBy("lock")
  private boolean closed;

  @GuardedBy("lock")
  private @Nullable Thread thread;

  // Touched by the source's thread only.
  private Set<String> reported = Set.of();
  private Map<String, Set<String>> complaints = new HashMap<>();

  /**
   * Creates a source without models.
   *
   * @param period time between looks; zero looks only when models are set, negative never looks
   * @param warnings takes what the operator should know, one line each
   */
  public FileSystemSource(Duration period, Consumer<String> warnings) {
    this.period = period;
    this.warnings = warnings;
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
   * @return why a model's base path could not be read, by model; a model that is absent has been
   *     reported. Every model, if the source is closed or never looks.
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
        List<WatchedModel> current;
        long turn;
        lock.lock();
        try {
          current = models;
          turn = wanted;
        } finally {
          lock.unlock();
        }
        Map<String, String> failures = lookAt(current, target);
        lock.lock();
        try {
          looked = turn;
          unreadable = failures;
          changed.signalAll();
        } finally {
          lock.unlock();
        }
      }
    } catch (InterruptedException e) {
      // Nobody else knows this thread; an interrupt can only mean that it should end.
      Thread.currentThread().interrupt();
    } finally {
      end();
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
        if (mayLook && (looked < wanted || nanos <= 0)) {
          return true;
        }
        nanos = changed.awaitNanos(nanos);
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  private Map<String, String> lookAt(List<WatchedModel> current, Consumer<AspiredVersions> target) {
    Set<String> names = new LinkedHashSet<>();
    current.forEach(model -> names.add(model.name()));
    for (String name : reported) {
      if (!names.contains(name)) {
        target.accept(new AspiredVersions(name, List.of()));
      }
    }
    Map<String, String> failures = new HashMap<>();
    Map<String, Set<String>> newComplaints = new HashMap<>();
    for (WatchedModel model : current) {
      VersionFinder.Look look = VersionFinder.look(model);
      newComplaints.put(model.name(), warn(model.name(), look.complaints()));
      if (look.wish() == null) {
        failures.put(model.name(), look.complaints().getFirst());
      } else {
        target.accept(look.wish());
      }
    }
    reported = names;
    complaints = newComplaints;
    return Map.copyOf(failures);
  }

  private Set<String> warn(String model, List<String> now) {
    Set<String> before = complaints.getOrDefault(model, Set.of());
    for (String complaint : now) {
      if (!before.contains(complaint)) {
        warnings.accept(complaint);
      }
    }
    return Set.copyOf(now);
  }
}
