package dev.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.testing.EchoServable;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MeteredLoaderTest {
  private final MetricRegistry registry = new MetricRegistry();
  private final EchoServable echo = new EchoServable(DataType.FLOAT);
  private boolean fails;
  private boolean unloaded;

  private final Loader loader =
      MeteredLoader.decorator(new ServingMetrics(registry, false))
          .decorate(
              new ModelVersion(new ServableId("m", 3), "x", Path.of("/models/m/3")), new Plain());

  /** Loads the echo, or fails. */
  private final class Plain implements Loader {
    @Override
    public ResourceEstimate estimate() {
      return new ResourceEstimate(7);
    }

    @Override
    public Servable load() throws ServingException {
      if (fails) {
        throw new ServingException(Code.DATA_LOSS, "broken");
      }
      return echo;
    }

    @Override
    public void unload() {
      unloaded = true;
    }
  }

  @AfterEach
  void nothingIsLeft() {
    assertEquals(0, echo.openTensors());
  }

  private void assertLine(String line) {
    assertTrue(registry.page().contains(":tensorflow:" + line + "\n"), registry::page);
  }

  private TestRun run(Servable servable, int floats) {
    Tensor input = echo.allocator().allocate(DataType.FLOAT, Shape.of(floats), 4L * floats);
    return TestRun.of(servable, Signature.DEFAULT_KEY).with("x", input);
  }

  @Test
  void loadsAreCountedByDirectoryAndOutcome() throws ServingException {
    fails = true;
    assertThrows(ServingException.class, loader::load);
    fails = false;
    loader.load();
    String path = "cc:saved_model:load_attempt_count{model_path=\"/models/m/3\",status=";
    assertLine(path + "\"fail\"} 1");
    assertLine(path + "\"success\"} 1");
  }

  @Test
  void runsAreCountedWithTheirBytes() throws ServingException {
    Servable servable = loader.load();
    for (int i = 0; i < 3; i++) {
      try (TestRun run = run(servable, 5).on(servable)) {
        assertEquals(Code.OK, run.code());
      }
    }
    assertLine("core:graph_runs{} 3");
    assertLine("core:graph_run_input_tensor_bytes_sum{} 60");
    assertLine("core:graph_run_output_tensor_bytes_sum{} 60");
  }

  @Test
  void runsThatNobodyAskedForAreNotCounted() throws ServingException {
    Servable servable = loader.load().uncounted();
    try (TestRun run = run(servable, 5).on(servable)) {
      assertEquals(Code.OK, run.code());
    }
    assertLine("core:graph_runs{} 0");
    assertLine("core:graph_run_input_tensor_bytes_count{} 0");
  }

  @Test
  void failedRunsHaveNoOutputs() throws ServingException {
    Servable servable = loader.load();
    try (TestRun run = TestRun.of(servable, Signature.DEFAULT_KEY).on(servable)) {
      assertEquals(Code.INVALID_ARGUMENT, run.code());
    }
    assertLine("core:graph_runs{} 1");
    assertLine("core:graph_run_output_tensor_bytes_count{} 0");
  }

  /** A completion may start another run on its thread; each must end in its own completion. */
  @Test
  void aCompletionMayRunAgain() throws ServingException {
    Servable servable = loader.load();
    try (TestRun inner = run(servable, 1);
        TestRun outer = run(servable, 2)) {
      servable.run(
          outer,
          new Completion() {
            @Override
            public void succeeded(Tensor[] outputs) {
              inner.on(servable);
              outer.succeeded(outputs);
            }

            @Override
            public void failed(ServingException failure) {
              outer.failed(failure);
            }
          });
      assertEquals(1, inner.completions());
      assertEquals(1, outer.completions());
    }
    assertLine("core:graph_runs{} 2");
  }

  @Test
  void everythingElseIsTheLoaders() throws ServingException {
    assertEquals(7, loader.estimate().memoryBytes());
    Servable servable = loader.load();
    assertEquals(echo.signatures(), servable.signatures());
    servable.close();
    assertTrue(echo.isClosed());
    loader.unload();
    assertTrue(unloaded);
  }
}
