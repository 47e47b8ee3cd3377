package dev.sluice.source;

import dev.sluice.servable.ModelVersion;

/**
 * Tells cheaply whether a version's files have changed, so that a version that failed to load is
 * tried again once it has been repaired, and only then.
 */
@FunctionalInterface
public interface Fingerprint {
  /**
   * Returns a number that is the same for unchanged files and, all but certainly, another for
   * changed ones. May block on the file system. Never throws: what cannot be read is a state, too.
   */
  long of(ModelVersion version);
}
