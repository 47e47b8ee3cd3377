package dev.sluice.engine.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineContract;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LineEngineTest extends EngineContract {
  private final LineEngine engine = new LineEngine();

  @TempDir private Path directory;

  private ModelVersion version(String name, String content) {
    try {
      Path version = Files.createDirectories(directory.resolve(name));
      Files.writeString(version.resolve(LineEngine.FILE), content);
      return new ModelVersion(new ServableId(name, 1), engine.name(), version);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected Engine engine() {
    return engine;
  }

  @Override
  protected Identity floats() {
    return new Identity(version("same", "1 0"), "serving_default", "x", "y");
  }

  @Override
  protected Optional<Identity> strings() {
    return Optional.empty();
  }

  @Override
  protected ModelVersion broken() {
    return version("broken", "1");
  }

  @Override
  protected long liveTensors() {
    return engine.liveTensors();
  }

  @Test
  void aFileThatIsNoLineIsQuoted() {
    Loader loader = engine.loaderFor(version("odd", "steep 3"), EngineOptions.DEFAULT);
    String text = assertThrows(ServingException.class, loader::load).text();
    assertEquals(
        "Cannot load {name: odd version: 1} from "
            + directory.resolve("odd").resolve(LineEngine.FILE)
            + ": expected a slope and an offset, found 'steep 3'",
        text);
  }
}
