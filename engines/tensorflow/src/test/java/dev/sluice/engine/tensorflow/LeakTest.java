package dev.sluice.engine.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.engine.Loader;
import dev.sluice.engine.TestRun;
import dev.sluice.engine.TestTensors;
import dev.sluice.servable.Code;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every native tensor is deleted, whichever way a run ends. */
final class LeakTest {
  private static final int RUNS = 2_000;
  private static final int CYCLES = 20;

  private final TensorFlowEngine engine = new TensorFlowEngine();

  @AfterEach
  void nothingIsLeft() throws ServingException {
    assertEquals(0, engine.library().liveTensors());
  }

  @Test
  void runsLeaveNothing() throws ServingException {
    Loader loader = Models.loader(engine, "runtime_error", "1");
    Servable servable = loader.load();
    for (int i = 0; i < RUNS; i++) {
      TensorAllocator allocator = i % 2 == 0 ? servable.allocator() : new NativeTensors();
      end(servable, "serving_default", "x", floats(allocator, 1), Code.OK);
      end(servable, "serving_default", "x", floats(allocator, -1), Code.INVALID_ARGUMENT);
      end(servable, "parse", "number", text(allocator, "17"), Code.OK);
      end(servable, "parse", "number", text(allocator, "abc"), Code.INVALID_ARGUMENT);
      end(servable, "parse", "number", floats(allocator, 1), Code.INVALID_ARGUMENT);
    }
    loader.unload();
  }

  @Test
  void failedFeedLeavesNothing() throws ServingException {
    Loader loader = Models.loader(engine, "recommender", "1");
    Servable servable = loader.load();
    for (int i = 0; i < RUNS; i++) {
      // The strings before the missing input have been converted by then.
      try (TestRun run = TestRun.of(servable, "serving_default")) {
        run.with("country", text(servable.allocator(), "DE"))
            .with("device", text(servable.allocator(), "phone"))
            .on(servable);
        assertEquals(Code.INVALID_ARGUMENT, run.code());
      }
    }
    loader.unload();
  }

  @Test
  void loadsLeaveNothing() throws ServingException {
    Loader loader = Models.loader(engine, "upstream/saved_model_half_plus_two_tf2_cpu", "00000123");
    for (int i = 0; i < CYCLES; i++) {
      Servable servable = loader.load();
      end(servable, "serving_default", "x", floats(servable.allocator(), 2), Code.OK);
      loader.unload();
    }
  }

  private static void end(Servable servable, String key, String name, Tensor input, Code code) {
    try (TestRun run = TestRun.of(servable, key).with(name, input).on(servable)) {
      assertEquals(code, run.code());
    }
  }

  private static Tensor floats(TensorAllocator allocator, float value) {
    return TestTensors.floats(allocator, Shape.of(1), value);
  }

  private static Tensor text(TensorAllocator allocator, String value) {
    return TestTensors.strings(allocator, Shape.of(1), value);
  }
}
