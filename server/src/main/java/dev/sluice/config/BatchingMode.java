package dev.sluice.config;

import org.jspecify.annotations.Nullable;

/** Whether requests share runs, and who decides which. */
public enum BatchingMode {
  /** Sluice does, from what runs cost; the default. */
  AUTO,
  /** The parameters of TensorFlow Serving do (config.md §8). */
  TFS,
  /** No request shares a run. */
  OFF;

  /** Returns what the value of {@code --enable_batching} means; null if it is not given. */
  static BatchingMode of(@Nullable Boolean enabled) {
    if (enabled == null) {
      return AUTO;
    }
    return enabled ? TFS : OFF;
  }
}
