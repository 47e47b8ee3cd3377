package dev.sluice.engine;

import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;

/**
 * Loads one version, and unloads it. Calls never overlap; {@link #load} may be called again after
 * it failed, and {@link #unload} follows a successful load only, after the drain.
 */
public interface Loader {
  /** Returns an upper bound of what the loaded version will use; it may only shrink later. */
  ResourceEstimate estimate() throws ServingException;

  /** Loads the version; a failed load leaves nothing behind. */
  Servable load() throws ServingException;

  /** Frees everything that {@link #load} took. Never called on a request's thread. */
  void unload();
}
