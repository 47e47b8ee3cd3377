package dev.sluice.engine.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.engine.TestRun;
import dev.sluice.engine.TestTensors;
import dev.sluice.servable.Code;
import dev.sluice.servable.Servable;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Shape;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tensors that are not what their memory says. */
final class OutputReaderTest {
  private final PyTorchEngine engine = new PyTorchEngine();

  @TempDir Path directory;

  @AfterEach
  void holdsNoTensor() {
    assertEquals(0, engine.liveTensors());
  }

  @Test
  void zerosWithoutMemoryAreWrittenOut() throws Exception {
    run(
        "torch._efficientzerotensor([2, 3])",
        ended -> {
          assertEquals(Shape.of(2, 3), ended.output("output_0").shape());
          assertArrayEquals(new float[6], TestTensors.floats(ended.output("output_0")));
        });
  }

  @Test
  void elementsThatAreYetToBeNegatedAreNegated() throws Exception {
    run(
        "torch._neg_view(torch.add(x, 1))",
        ended -> assertArrayEquals(new float[] {-6}, TestTensors.floats(ended.output("output_0"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"4611686018427387904", "9223372036854775807", "140737488355328"})
  void oneElementExpandedBeyondAllMemoryIsRefused(String size) throws Exception {
    run(
        "torch.expand(x, [" + size + "])",
        ended -> {
          assertEquals(Code.RESOURCE_EXHAUSTED, ended.code());
          assertEquals(
              "Output output_0: a float tensor of shape [%s] needs more than 140737488355328 bytes"
                  .formatted(size),
              ended.failure().text());
        });
  }

  /** What is looked at after a run. */
  @FunctionalInterface
  private interface Check {
    void of(TestRun ended);
  }

  private void run(String expression, Check check) throws Exception {
    Archives.module(directory, expression);
    Loader loader = engine.loaderFor(Models.version("m", 1, directory), EngineOptions.DEFAULT);
    Servable servable = loader.load();
    try (TestRun run = TestRun.of(servable, Signature.DEFAULT_KEY)) {
      run.with("x", TestTensors.floats(servable.allocator(), Shape.of(1), 5)).on(servable);
      check.of(run);
    } finally {
      servable.close();
      loader.unload();
    }
  }
}
