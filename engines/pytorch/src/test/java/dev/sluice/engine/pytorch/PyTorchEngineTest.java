package dev.sluice.engine.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineContract;
import dev.sluice.engine.natives.HostEnvironment;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServingException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PyTorchEngineTest extends EngineContract {
  private final PyTorchEngine engine = new PyTorchEngine();

  @Override
  protected Engine engine() {
    return engine;
  }

  @Override
  protected Identity floats() {
    return new Identity(Models.version("identity", 1), "serving_default", "x", "output_0");
  }

  @Override
  protected Optional<Identity> strings() {
    return Optional.empty();
  }

  @Override
  protected ModelVersion broken() {
    return Models.version("truncated", 1);
  }

  @Override
  protected long liveTensors() {
    return engine.liveTensors();
  }

  @Test
  void isFoundByServiceLoader() {
    assertTrue(
        ServiceLoader.load(Engine.class).stream()
            .anyMatch(provider -> provider.type() == PyTorchEngine.class));
  }

  @Test
  void otherServersNamesOfTheFormatAreKnown() {
    assertEquals(Set.of("pytorch", "torchscript", "pytorch_libtorch"), engine.platforms());
  }

  @Test
  void unknownPlatformNamesTheArtifact(@TempDir Path cache) {
    PyTorchEngine elsewhere =
        new PyTorchEngine(new HostEnvironment("plan9-mips", cache, Optional.empty()));
    ServingException failure = assertThrows(ServingException.class, elsewhere::library);
    assertEquals(Code.FAILED_PRECONDITION, failure.code());
    assertTrue(
        failure
            .text()
            .contains(
                " for plan9-mips is not on the class path; it comes with the artifact"
                    + " ai.djl.pytorch:pytorch-native-cpu"),
        failure.text());
  }
}
