package dev.sluice.engine.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

final class OnnxEngineTest extends EngineContract {
  private final OnnxEngine engine = new OnnxEngine();

  @Override
  protected Engine engine() {
    return engine;
  }

  @Override
  protected Identity floats() {
    return new Identity(Models.version("onnx/any_float"), "serving_default", "x", "y");
  }

  @Override
  protected Optional<Identity> strings() {
    return Optional.of(
        new Identity(Models.version("onnx/any_string"), "serving_default", "x", "y"));
  }

  @Override
  protected ModelVersion broken() {
    return Models.version("broken/truncated_onnx");
  }

  @Override
  protected long liveTensors() {
    return engine.liveTensors();
  }

  @Test
  void isFoundByServiceLoader() {
    assertTrue(
        ServiceLoader.load(Engine.class).stream()
            .anyMatch(provider -> provider.type() == OnnxEngine.class));
  }

  @Test
  void platformsAreThoseOfOthersToo() {
    assertEquals(Set.of("onnx", "onnxruntime", "onnxruntime_onnx"), engine.platforms());
  }

  @Test
  void savedModelsAreNotItsFormat() {
    assertFalse(engine.recognizes(Models.directory("half_plus_two/1")));
  }

  @Test
  void libraryIsTheOneWePin() throws ServingException {
    assertEquals("1.29.0", engine.library().version());
  }

  @Test
  void unknownPlatformNamesTheArtifact(@TempDir Path cache) {
    OnnxEngine elsewhere =
        new OnnxEngine(new HostEnvironment("plan9-mips", cache, Optional.empty()));
    ServingException failure = assertThrows(ServingException.class, elsewhere::library);
    assertEquals(Code.FAILED_PRECONDITION, failure.code());
    assertTrue(
        failure
            .text()
            .contains(
                "libonnxruntime.so for plan9-mips is not on the class path; it comes with the"
                    + " artifact com.microsoft.onnxruntime:onnxruntime"),
        failure.text());
  }
}
