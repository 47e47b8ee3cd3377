package dev.sluice.engine;

import dev.sluice.servable.ModelVersion;

/** Puts something around every loader before it is used, such as what measures it. */
@FunctionalInterface
public interface LoaderDecorator {
  /** Leaves loaders as they are. */
  LoaderDecorator NONE = (version, loader) -> loader;

  /** Returns the loader to use for a version. */
  Loader decorate(ModelVersion version, Loader loader);
}
