package dev.sluice.engine;

import dev.sluice.servable.ModelVersion;
import java.util.Optional;

/**
 * Adapts one native library that runs models. Found by {@link java.util.ServiceLoader}, so an
 * implementation has a public constructor without parameters that does nothing expensive: the
 * library is loaded with the first model. Thread-safe.
 */
public interface Engine {
  /** Returns the name that configuration and messages use, such as {@code tensorflow}. */
  String name();

  /** Returns a loader for a version, or empty if the version is not in this engine's format. */
  Optional<Loader> loaderFor(ModelVersion version, EngineOptions options);

  /**
   * Returns how many tensors live in the engine's memory now: those of requests under way, and
   * default values of loaded models. A server that has unloaded everything finds 0, or a leak.
   */
  default long liveTensors() {
    return 0;
  }
}
