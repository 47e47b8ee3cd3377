package dev.sluice.lifecycle;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.servable.ServableId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The last known status of every version ever seen, also of models that are gone (lifecycle.md §1).
 *
 * <p>Read by any thread without locks; written by the manager's thread only. One entry per number:
 * a new incarnation overwrites the old one.
 */
public final class StateTable {
  /** Immutable lists in descending order of versions. */
  private final Map<String, List<VersionStatus>> models = new ConcurrentHashMap<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Counts the changes, so that a waiter cannot miss one. */
  @GuardedBy("lock")
  private long changes;

  StateTable() {}

  /** Returns the versions of a model, the highest first; empty if none was ever seen. */
  public List<VersionStatus> versions(String model) {
    return models.getOrDefault(model, List.of());
  }

  /** Returns one version's status, or null if it was never seen. */
  public @Nullable VersionStatus version(ServableId id) {
    for (VersionStatus status : versions(id.model())) {
      if (status.id().version() == id.version()) {
        return status;
      }
    }
    return null;
  }

  /** Returns all versions of all models, by name. */
  public Map<String, List<VersionStatus>> all() {
    return new TreeMap<>(models);
  }

  /** Writes a status; called by the manager's thread. */
  void put(VersionStatus status) {
    List<VersionStatus> before = versions(status.id().model());
    List<VersionStatus> after = new ArrayList<>(before.size() + 1);
    boolean placed = false;
    for (VersionStatus other : before) {
      int order = Long.compare(other.id().version(), status.id().version());
      if (order <= 0 && !placed) {
        after.add(status);
        placed = true;
      }
      if (order != 0) {
        after.add(other);
      }
    }
    if (!placed) {
      after.add(status);
    }
    models.put(status.id().model(), List.copyOf(after));
    signal();
  }

  /** Wakes those who wait for something that is not in the table. */
  void signal() {
    lock.lock();
    try {
      changes++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until a condition on the table holds; it is asked again after every change, never under
   * the lock.
   *
   * @return false if the time ran out first
   */
  public boolean await(BooleanSupplier condition, Duration timeout) throws InterruptedException {
    long nanos = TimeUnit.NANOSECONDS.convert(timeout);
    while (true) {
      long seen = changes();
      if (condition.getAsBoolean()) {
        return true;
      }
      lock.lockInterruptibly();
      try {
        while (changes == seen) {
          if (nanos <= 0) {
            return false;
          }
          nanos = changed.awaitNanos(nanos);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private long changes() {
    lock.lock();
    try {
      return changes;
    } finally {
      lock.unlock();
    }
  }
}
