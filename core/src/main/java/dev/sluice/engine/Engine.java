package dev.sluice.engine;

import dev.sluice.servable.ModelVersion;
import java.nio.file.Path;
import java.util.Set;

/**
 * Adapts one native library that runs models. Found by {@link java.util.ServiceLoader}, so an
 * implementation has a public constructor without parameters that does nothing expensive: the
 * library is loaded with the first model. Thread-safe.
 */
public interface Engine {
  /** Returns the name that configuration and messages use, such as {@code tensorflow}. */
  String name();

  /**
   * Returns the platforms for which a configuration may have this engine: its name, and what other
   * servers call its format.
   */
  default Set<String> platforms() {
    return Set.of(name());
  }

  /**
   * Returns true if a version's directory looks like a model in this engine's format. Looks at
   * names of files only.
   */
  boolean recognizes(Path directory);

  /**
   * Returns a loader for a version that the configuration gives to this engine, or that it
   * recognizes; the loader says what is wrong with the files.
   */
  Loader loaderFor(ModelVersion version, EngineOptions options);

  /**
   * Returns how many tensors live in the engine's memory now: those of requests under way, and
   * default values of loaded models. A server that has unloaded everything finds 0, or a leak.
   */
  default long liveTensors() {
    return 0;
  }
}
