package dev.sluice.engine.tensorflow;

import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServableId;
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

  /** Returns a version, whose directory may have leading zeros. */
  static ModelVersion version(String model, String directory) {
    return new ModelVersion(
        new ServableId(model, Long.parseLong(directory)),
        "tensorflow",
        directory(model).resolve(directory));
  }

  /** Returns a loader of a version with the default options. */
  static Loader loader(TensorFlowEngine engine, String model, String directory) {
    return loader(engine, version(model, directory));
  }

  /** Returns a loader of a version with the default options. */
  static Loader loader(TensorFlowEngine engine, ModelVersion version) {
    return engine.loaderFor(version, EngineOptions.DEFAULT);
  }
}
