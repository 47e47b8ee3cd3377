package dev.sluice.engine.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineContract;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.engine.natives.HostEnvironment;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TensorFlowEngineTest extends EngineContract {
  private final TensorFlowEngine engine = new TensorFlowEngine();

  @Override
  protected Engine engine() {
    return engine;
  }

  @Override
  protected Identity floats() {
    return new Identity(Models.version("dtypes", "1"), "identity_float32", "x", "y");
  }

  @Override
  protected Optional<Identity> strings() {
    return Optional.of(new Identity(Models.version("dtypes", "1"), "identity_string", "x", "y"));
  }

  @Override
  protected ModelVersion broken() {
    return Models.version("broken/truncated_variables", "1");
  }

  @Override
  protected long liveTensors() {
    try {
      return engine.library().liveTensors();
    } catch (ServingException e) {
      throw new AssertionError(e.codeAndText());
    }
  }

  @Test
  void isFoundByServiceLoader() {
    assertTrue(
        ServiceLoader.load(Engine.class).stream()
            .anyMatch(provider -> provider.type() == TensorFlowEngine.class));
  }

  @Test
  void libraryIsTheOneWePin() throws ServingException {
    assertEquals("2.21.0", engine.library().version());
  }

  @Test
  void unknownPlatformNamesTheArtifact(@TempDir Path cache) {
    TensorFlowEngine elsewhere =
        new TensorFlowEngine(new HostEnvironment("plan9-mips", cache, Optional.empty()));
    ServingException failure = assertThrows(ServingException.class, elsewhere::library);
    assertEquals(Code.FAILED_PRECONDITION, failure.code());
    assertTrue(
        failure
            .text()
            .contains(
                " for plan9-mips is not on the class path; it comes with the artifact"
                    + " org.tensorflow:tensorflow-core-native"),
        failure.text());
  }

  @Test
  void operationLibraryThatIsNoneFailsTheLoadAndIsNamed(@TempDir Path directory)
      throws IOException {
    Path file = Files.writeString(directory.resolve("ops.so"), "no library");
    EngineOptions options =
        new EngineOptions(Set.of("serve"), 0, 0, ByteBuffer.allocate(0), List.of(file));
    Loader loader = engine.loaderFor(Models.version("dtypes", "1"), options);
    String text = assertThrows(ServingException.class, loader::load).text();
    assertTrue(text.startsWith("The operations of " + file + " cannot be loaded: "), text);
  }
}
