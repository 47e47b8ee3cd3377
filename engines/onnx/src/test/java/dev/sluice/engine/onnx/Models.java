package dev.sluice.engine.onnx;

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

  /** Returns version 1 of a model. */
  static ModelVersion version(String model) {
    return version(model, directory(model).resolve("1"));
  }

  /** Returns a version whose files are in a directory. */
  static ModelVersion version(String model, Path directory) {
    return new ModelVersion(new ServableId(model, 1), "onnx", directory);
  }

  /** Returns a loader of version 1 of a model, with the default options. */
  static Loader loader(OnnxEngine engine, String model) {
    return engine.loaderFor(version(model), EngineOptions.DEFAULT);
  }
}
