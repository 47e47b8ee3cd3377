package dev.sluice.engine.example;

import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.servable.ModelVersion;
import java.nio.file.Files;
import java.nio.file.Path;

/** Serves straight lines: a file {@code line.txt} with a slope and an offset. */
public final class LineEngine implements Engine {
  static final String FILE = "line.txt";

  /** Creates the engine for ServiceLoader. */
  public LineEngine() {}

  @Override
  public String name() {
    return "example";
  }

  @Override
  public boolean recognizes(Path directory) {
    return Files.exists(directory.resolve(FILE));
  }

  @Override
  public Loader loaderFor(ModelVersion version, EngineOptions options) {
    return new LineLoader(version, options.model().file(version.path(), FILE));
  }
}
