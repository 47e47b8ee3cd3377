package dev.sluice.source;

import java.util.function.Consumer;

/** Reports wished versions until closed. */
public interface Source extends AutoCloseable {
  /** Begins to report; called once. Reports come one at a time, never under a lock. */
  void start(Consumer<AspiredVersions> target);

  /** Stops reporting; returns when no report is under way. */
  @Override
  void close();
}
