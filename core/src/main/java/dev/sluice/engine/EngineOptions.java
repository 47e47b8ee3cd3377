package dev.sluice.engine;

import java.util.Set;

/**
 * What the operator may tell an engine.
 *
 * @param tags the tag set that names the MetaGraph of a SavedModel (config.md §10)
 * @param intraOpThreads threads within one operation; 0 lets the engine choose
 * @param interOpThreads threads across operations; 0 lets the engine choose, -1 runs every
 *     operation on the calling thread
 */
public record EngineOptions(Set<String> tags, int intraOpThreads, int interOpThreads) {
  /** What a server without any flag uses. */
  public static final EngineOptions DEFAULT = new EngineOptions(Set.of("serve"), 0, 0);

  public EngineOptions {
    tags = Set.copyOf(tags);
  }
}
