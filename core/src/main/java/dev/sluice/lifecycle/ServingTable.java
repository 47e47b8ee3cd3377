package dev.sluice.lifecycle;

import dev.sluice.servable.RunUnderWay;
import dev.sluice.servable.ServableId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which versions requests can reach.
 *
 * <p>Look-ups are lock-free on any thread and allocate nothing; writes are the manager's thread's.
 */
final class ServingTable {
  /*
   * Invariants:
   * 1. The table is one immutable snapshot behind one volatile reference, so that a look-up sees
   *    all versions of a model as they were at one moment.
   * 2. A version leaves the table before its lease drains. So a lease that was found but cannot be
   *    acquired belongs to a snapshot that has been replaced: reading again makes progress, and
   *    each further turn needs another unload to have happened in between.
   * 3. A version enters the table before AVAILABLE is published, and leaves it after UNLOADING is
   *    published (lifecycle.md §1).
   */

  /** The available versions of one model, ascending; never empty. */
  private static final class Versions {
    private final long[] numbers;
    private final ServableLease[] leases;

    Versions(long[] numbers, ServableLease[] leases) {
      this.numbers = numbers;
      this.leases = leases;
    }

    ServableLease latest() {
      return leases[leases.length - 1];
    }

    @Nullable ServableLease specific(long number) {
      int index = Arrays.binarySearch(numbers, number);
      return index < 0 ? null : leases[index];
    }

    Versions with(ServableLease lease) {
      int found = Arrays.binarySearch(numbers, lease.id().version());
      if (found >= 0) {
        throw new IllegalStateException("already available: " + lease.id());
      }
      int at = -found - 1;
      long[] newNumbers = new long[numbers.length + 1];
      ServableLease[] newLeases = Arrays.copyOf(leases, numbers.length + 1);
      System.arraycopy(numbers, 0, newNumbers, 0, at);
      System.arraycopy(numbers, at, newNumbers, at + 1, numbers.length - at);
      System.arraycopy(leases, at, newLeases, at + 1, numbers.length - at);
      newNumbers[at] = lease.id().version();
      newLeases[at] = lease;
      return new Versions(newNumbers, newLeases);
    }

    @Nullable Versions without(ServableLease lease) {
      int at = Arrays.binarySearch(numbers, lease.id().version());
      if (at < 0 || leases[at] != lease) {
        throw new IllegalStateException("not available: " + lease.id());
      }
      if (numbers.length == 1) {
        return null;
      }
      long[] newNumbers = new long[numbers.length - 1];
      ServableLease[] newLeases = Arrays.copyOf(leases, numbers.length - 1);
      System.arraycopy(numbers, 0, newNumbers, 0, at);
      System.arraycopy(numbers, at + 1, newNumbers, at, newNumbers.length - at);
      System.arraycopy(leases, at + 1, newLeases, at, newNumbers.length - at);
      return new Versions(newNumbers, newLeases);
    }
  }

  private static final Versions NONE = new Versions(new long[0], new ServableLease[0]);

  private volatile Map<String, Versions> models = Map.of();

  /** See {@link ServableLookup#acquireLatest}. */
  @Nullable ServableLease acquireLatest(String model) {
    while (true) {
      Versions versions = models.get(model);
      if (versions == null) {
        return null;
      }
      ServableLease lease = versions.latest();
      if (lease.tryAcquire()) {
        return lease;
      }
    }
  }

  /** See {@link ServableLookup#acquire}. */
  @Nullable ServableLease acquire(String model, long version) {
    while (true) {
      Versions versions = models.get(model);
      ServableLease lease = versions == null ? null : versions.specific(version);
      if (lease == null || lease.tryAcquire()) {
        return lease;
      }
    }
  }

  /** Returns the runs under way of each version that is reachable. */
  Map<ServableId, List<RunUnderWay>> runsUnderWay() {
    Map<ServableId, List<RunUnderWay>> runs = new HashMap<>();
    for (Versions versions : models.values()) {
      for (ServableLease lease : versions.leases) {
        if (lease.tryAcquire()) {
          try {
            runs.put(lease.id(), lease.servable().runsUnderWay());
          } finally {
            lease.release();
          }
        }
      }
    }
    return runs;
  }

  /** Makes a version reachable. */
  void add(ServableLease lease) {
    Map<String, Versions> changed = new HashMap<>(models);
    String model = lease.id().model();
    changed.put(model, changed.getOrDefault(model, NONE).with(lease));
    models = Map.copyOf(changed);
  }

  /** Makes a version unreachable; only then may its lease drain. */
  void remove(ServableLease lease) {
    Map<String, Versions> changed = new HashMap<>(models);
    changed.computeIfPresent(lease.id().model(), (model, versions) -> versions.without(lease));
    models = Map.copyOf(changed);
  }
}
