package dev.sluice.lifecycle;

import java.time.Duration;
import java.util.Objects;

/**
 * What the operator may tell the manager.
 *
 * @param policy in which order versions come and go
 * @param loadThreads how many versions load at once; 0 lets the manager choose
 * @param unloadThreads how many versions are freed at once; 0 sets no bound. Waiting for running
 *     requests takes no thread.
 * @param maxLoadRetries how often a failed load is tried again; 0 or less: never
 * @param loadRetryInterval the pause before each further try; zero or negative: none
 * @param memoryLimitBytes the sum that the estimates of all loaded versions may reach
 * @param memory whether loads are refused for which the machine has no memory
 */
public record ManagerOptions(
    VersionPolicy policy,
    int loadThreads,
    int unloadThreads,
    int maxLoadRetries,
    Duration loadRetryInterval,
    long memoryLimitBytes,
    MemoryCheck memory) {
  /** What a server without any flag uses (config.md §1.2). */
  public static final ManagerOptions DEFAULT =
      new ManagerOptions(
          new AvailabilityPreservingPolicy(), 0, 0, 5, Duration.ofSeconds(60), Long.MAX_VALUE);

  public ManagerOptions {
    Objects.requireNonNull(policy, "policy");
    Objects.requireNonNull(loadRetryInterval, "loadRetryInterval");
    if (loadThreads < 0 || unloadThreads < 0 || memoryLimitBytes < 0) {
      throw new IllegalArgumentException(
          "expected no negative number, found %d load threads, %d unload threads, %d bytes"
              .formatted(loadThreads, unloadThreads, memoryLimitBytes));
    }
  }

  /** Creates options by which no load is refused for the memory of the machine. */
  public ManagerOptions(
      VersionPolicy policy,
      int loadThreads,
      int unloadThreads,
      int maxLoadRetries,
      Duration loadRetryInterval,
      long memoryLimitBytes) {
    this(
        policy,
        loadThreads,
        unloadThreads,
        maxLoadRetries,
        loadRetryInterval,
        memoryLimitBytes,
        MemoryCheck.NONE);
  }

  /** Returns these options with another check of the machine's memory. */
  public ManagerOptions withMemory(MemoryCheck check) {
    return new ManagerOptions(
        policy,
        loadThreads,
        unloadThreads,
        maxLoadRetries,
        loadRetryInterval,
        memoryLimitBytes,
        check);
  }

  /** Returns how many versions load at once. */
  int effectiveLoadThreads() {
    return loadThreads > 0 ? loadThreads : Math.max(2, Runtime.getRuntime().availableProcessors());
  }
}
