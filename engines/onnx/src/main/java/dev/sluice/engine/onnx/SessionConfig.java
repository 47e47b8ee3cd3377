package dev.sluice.engine.onnx;

import dev.sluice.engine.EngineOptions;

/**
 * How many threads a session uses.
 *
 * <p>Unless the operator says otherwise, operations run one after the other on the calling thread:
 * lanes already run requests side by side. A small model gets no other thread within an operation
 * either; a large one gets a thread for each CPU that the JVM sees, which follows the cgroup's
 * limit: a lone request is done sooner (MobileNet on two CPUs: 1851 runs/s for 1135), while two
 * side by side would do better without (1850 for 1209).
 *
 * @param intraOpThreads threads within one operation, the caller's among them; at least 1
 * @param interOpThreads threads across operations; 1 runs them one after the other
 */
record SessionConfig(int intraOpThreads, int interOpThreads) {
  /** Files up to this size make a small model. */
  private static final long SMALL_BYTES = 8L << 20;

  /**
   * Further settings of every session, by key and value.
   *
   * <p>Threads within an operation wait for the next one by turning in a circle: put to sleep
   * between operations, two of them took longer than one alone (MobileNet, 1.18 ms against 0.89,
   * and 0.50 when they turn). But with the last run under way they stop, for the CPUs are other
   * models' as well.
   */
  static final String[][] ENTRIES = {{"session.force_spinning_stop", "1"}};

  /**
   * Returns what the operator asked for, completed for a model and a machine.
   *
   * @param modelBytes the size of the model's files
   * @param processors how many CPUs there are
   */
  static SessionConfig of(EngineOptions options, long modelBytes, int processors) {
    int intraOp = modelBytes <= SMALL_BYTES ? 1 : processors;
    return new SessionConfig(
        options.intraOpThreads() > 0 ? options.intraOpThreads() : intraOp,
        Math.max(1, options.interOpThreads()));
  }

  /** Returns true if a run needs no thread but its caller's. */
  boolean runsOnCaller() {
    return intraOpThreads == 1 && interOpThreads == 1;
  }
}
