package dev.sluice.bench;

import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.engine.ResourceEstimate;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import java.nio.file.Path;

/** Takes every version of its platform and loads a {@link NoopServable} for it. */
final class NoopEngine implements Engine {
  static final String NAME = "noop";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean recognizes(Path directory) {
    return true;
  }

  @Override
  public Loader loaderFor(ModelVersion version, EngineOptions options) {
    return new Loader() {
      @Override
      public ResourceEstimate estimate() {
        return new ResourceEstimate(0);
      }

      @Override
      public Servable load() {
        return new NoopServable();
      }

      @Override
      public void unload() {}
    };
  }
}
