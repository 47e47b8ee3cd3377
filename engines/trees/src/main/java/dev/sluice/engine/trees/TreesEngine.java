package dev.sluice.engine.trees;

import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.servable.ModelVersion;
import java.nio.file.Path;
import java.util.Set;

/**
 * Serves gradient-boosted trees of XGBoost and LightGBM, without their libraries (docs/adr/0011).
 */
public final class TreesEngine implements Engine {
  private static final String NAME = "trees";

  /** The last is Triton's. */
  private static final Set<String> PLATFORMS =
      Set.of(
          NAME, ModelFile.Format.XGBOOST.platform(), ModelFile.Format.LIGHTGBM.platform(), "fil");

  /** Creates the engine for ServiceLoader. */
  public TreesEngine() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Set<String> platforms() {
    return PLATFORMS;
  }

  @Override
  public boolean recognizes(Path directory) {
    return ModelFile.isIn(directory);
  }

  @Override
  public Loader loaderFor(ModelVersion version, EngineOptions options) {
    return new TreesLoader(version);
  }
}
