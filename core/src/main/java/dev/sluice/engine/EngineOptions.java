package dev.sluice.engine;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What the operator may tell an engine.
 *
 * @param tags the tag set that names the MetaGraph of a SavedModel (config.md §10)
 * @param intraOpThreads threads within one operation; 0 lets the engine choose
 * @param interOpThreads threads across operations; 0 lets the engine choose, -1 runs every
 *     operation on the calling thread
 * @param sessionConfig further settings in the engine's own form (for TensorFlow a serialized
 *     ConfigProto, without numbers of threads); read-only, may be empty
 * @param operationLibraries native libraries with operations, to be loaded before the first model
 * @param model what is said of the version that is to be loaded
 */
public record EngineOptions(
    Set<String> tags,
    int intraOpThreads,
    int interOpThreads,
    ByteBuffer sessionConfig,
    List<Path> operationLibraries,
    ModelSettings model) {
  /** What a server without any flag uses. */
  public static final EngineOptions DEFAULT = new EngineOptions(Set.of("serve"), 0, 0);

  public EngineOptions {
    tags = Set.copyOf(tags);
    sessionConfig = sessionConfig.asReadOnlyBuffer();
    operationLibraries = List.copyOf(operationLibraries);
  }

  /** Creates options of which no model is an exception. */
  public EngineOptions(
      Set<String> tags,
      int intraOpThreads,
      int interOpThreads,
      ByteBuffer sessionConfig,
      List<Path> operationLibraries) {
    this(
        tags,
        intraOpThreads,
        interOpThreads,
        sessionConfig,
        operationLibraries,
        ModelSettings.NONE);
  }

  /** Creates options without settings in the engine's own form. */
  public EngineOptions(Set<String> tags, int intraOpThreads, int interOpThreads) {
    this(tags, intraOpThreads, interOpThreads, ByteBuffer.allocate(0), List.of());
  }

  /** Returns the options for a version of which something is said; it goes before the rest. */
  public EngineOptions of(ModelSettings settings) {
    return settings.equals(ModelSettings.NONE)
        ? this
        : new EngineOptions(
            tags,
            settings.threads().intraOp().orElse(intraOpThreads),
            settings.threads().interOp().orElse(interOpThreads),
            sessionConfig,
            operationLibraries,
            settings);
  }

  /** Returns a view with a position of its own. */
  @Override
  public ByteBuffer sessionConfig() {
    return sessionConfig.duplicate();
  }
}
