package dev.sluice.engine.trees;

import dev.sluice.engine.EngineOptions;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;

/** The models among the test resources. */
final class Models {
  private Models() {}

  /** Returns the directory of a model. */
  static Path directory(String model) {
    URL url = Models.class.getResource("/models/" + model);
    if (url == null) {
      throw new AssertionError("no model " + model);
    }
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the one version of a model. */
  static ModelVersion version(String model) {
    return version(model, directory(model).resolve("1"));
  }

  /** Returns a version in some directory. */
  static ModelVersion version(String model, Path directory) {
    return new ModelVersion(new ServableId(model, 1), "trees", directory);
  }

  /** Loads a version. */
  static Servable load(ModelVersion version) throws ServingException {
    return new TreesEngine().loaderFor(version, EngineOptions.DEFAULT).load();
  }
}
