package dev.sluice.engine.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.Signature;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;

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

  static ModelVersion version(String model, long version) {
    return version(model, version, directory(model).resolve(Long.toString(version)));
  }

  static ModelVersion version(String model, long version, Path directory) {
    return new ModelVersion(new ServableId(model, version), "pytorch", directory);
  }

  /** Returns a loader of version 1 with the default options. */
  static Loader loader(PyTorchEngine engine, String model) {
    return engine.loaderFor(version(model, 1), EngineOptions.DEFAULT);
  }

  /** Returns the one signature that a servable has. */
  static Signature signature(Servable servable) {
    assertEquals(Set.of(Signature.DEFAULT_KEY), servable.signatures().keySet());
    return Objects.requireNonNull(servable.signatures().get(Signature.DEFAULT_KEY));
  }

  /** What is done with a loaded servable. */
  @FunctionalInterface
  interface Use {
    void with(Servable servable) throws Exception;
  }

  /** Loads version 1 of a model, uses it and unloads it. */
  static void loaded(PyTorchEngine engine, String model, Use use) throws Exception {
    Loader loader = loader(engine, model);
    Servable servable = loader.load();
    try {
      use.with(servable);
    } finally {
      servable.close();
      loader.unload();
    }
  }
}
