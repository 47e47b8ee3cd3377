package dev.sluice.engine.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.engine.Loader;
import dev.sluice.engine.TestRun;
import dev.sluice.engine.TestTensors;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Shape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a run does with a request that fits, and with one that does not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SavedModelServableTest {
  private final TensorFlowEngine engine = new TensorFlowEngine();
  private final Loader loader = Models.loader(engine, "digits", "1");
  private Servable digits;

  @BeforeAll
  void load() throws ServingException {
    digits = loader.load();
  }

  @AfterAll
  void unload() throws ServingException {
    loader.unload();
    assertEquals(0, engine.library().liveTensors());
  }

  @Test
  void runsDigits() {
    try (TestRun run = TestRun.of(digits, "serving_default")) {
      run.with("images", TestTensors.floats(digits.allocator(), Shape.of(1, 8, 8, 1))).on(digits);
      assertEquals(Shape.of(1, 10), run.output("probabilities").shape());
    }
  }
}
