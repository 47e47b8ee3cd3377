package dev.sluice.engine;

import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;

/** Loads what another loader loads, with the signatures that are declared. */
final class RedeclaringLoader implements Loader {
  private final ServableId id;
  private final Loader loader;
  private final ModelSettings settings;

  private RedeclaringLoader(ServableId id, Loader loader, ModelSettings settings) {
    this.id = id;
    this.loader = loader;
    this.settings = settings;
  }

  /** Returns the same loader if nothing is declared. */
  static Loader of(ServableId id, Loader loader, ModelSettings settings) {
    return settings.signatures().isEmpty() ? loader : new RedeclaringLoader(id, loader, settings);
  }

  @Override
  public ResourceEstimate estimate() throws ServingException {
    return loader.estimate();
  }

  @Override
  public Servable load() throws ServingException {
    Servable servable = loader.load();
    boolean redeclared = false;
    try {
      Servable shown = RedeclaredServable.of(id, servable, settings.signatures());
      redeclared = true;
      return shown;
    } finally {
      if (!redeclared) { // a failed load leaves nothing behind
        try {
          servable.close();
        } finally {
          loader.unload();
        }
      }
    }
  }

  @Override
  public void unload() {
    loader.unload();
  }
}
