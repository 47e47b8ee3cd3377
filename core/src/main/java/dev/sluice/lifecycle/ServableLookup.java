package dev.sluice.lifecycle;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Finds what may answer a request (grpc.md §3). Thread-safe, lock-free, on the path of every
 * request. A lease that is returned has been acquired, and the caller releases it.
 */
public interface ServableLookup {
  /** Returns the highest available version of a model, or null if none is available. */
  @Nullable ServableLease acquireLatest(String model);

  /** Returns an available version of a model, or null if it is not available. */
  @Nullable ServableLease acquire(String model, long version);

  /** Returns the version that a label of a model points to, or empty if there is no such label. */
  OptionalLong labelled(String model, String label);
}
