package dev.sluice.api.tfs;

import dev.sluice.protos.serving.ModelServerConfig;
import dev.sluice.servable.ServingException;

/** Replaces the models that are served. Thread-safe. */
@FunctionalInterface
public interface ConfigReload {
  /**
   * Takes a list of models and waits until each new one can be used; may block for ever.
   *
   * @throws ServingException if the configuration is refused, in which case nothing has changed, or
   *     if a new model did not load
   * @throws InterruptedException if nobody waits any more; what was taken stays
   */
  void reload(ModelServerConfig config) throws ServingException, InterruptedException;
}
