package dev.sluice.engine.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.Loader;
import dev.sluice.engine.TestRun;
import dev.sluice.engine.TestTensors;
import dev.sluice.servable.Code;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Every native tensor is released, whichever way a run ends, and sessions give their memory back.
 */
final class LeakTest {
  private static final int RUNS = 2_000;
  private static final int CYCLES = 200;

  /** The collector and the compiler take memory of their own meanwhile. */
  private static final long SLACK_BYTES = 24L << 20;

  private final OnnxEngine engine = new OnnxEngine();

  @AfterEach
  void nothingIsLeft() {
    assertEquals(0, engine.liveTensors());
  }

  @Test
  void runsLeaveNothing() throws ServingException {
    Loader loader = Models.loader(engine, "onnx/runtime_errors");
    Servable servable = loader.load();
    for (int i = 0; i < RUNS; i++) {
      TensorAllocator allocator = i % 2 == 0 ? servable.allocator() : new NativeTensors();
      end(servable, longs(allocator, 1), longs(allocator, 2), Code.OK);
      end(servable, longs(allocator, 9), longs(allocator, 2), Code.INVALID_ARGUMENT);
      Tensor wrong = TestTensors.floats(allocator, Shape.of(1), 1);
      end(servable, longs(allocator, 1), wrong, Code.INVALID_ARGUMENT);
    }
    loader.unload();
  }

  private static Tensor longs(TensorAllocator allocator, long value) {
    return TestTensors.longs(allocator, Shape.of(1), value);
  }

  private static void end(Servable servable, Tensor index, Tensor shape, Code code) {
    try (TestRun run = TestRun.of(servable, "serving_default")) {
      // The index is declared to be a scalar.
      Tensor scalar =
          TestTensors.longs(servable.allocator(), Shape.scalar(), TestTensors.longs(index)[0]);
      index.close();
      run.with("index", scalar).with("shape", shape).on(servable);
      assertEquals(code, run.code());
    }
  }

  @Test
  void stringsLeaveNothing() throws ServingException {
    Loader loader = Models.loader(engine, "onnx/any_string");
    Servable servable = loader.load();
    List<byte[]> texts = List.of(new byte[100_000], new byte[0]);
    long before = 0;
    for (int i = 0; i < RUNS; i++) {
      if (i == RUNS / 10) {
        before = residentBytes();
      }
      Tensor input = StringTensors.create(servable.allocator(), Shape.of(2), texts);
      try (TestRun run = TestRun.of(servable, "serving_default").with("x", input).on(servable)) {
        assertEquals(Shape.of(2), run.output("y").shape());
      }
    }
    assertFlat(before);
    loader.unload();
  }

  /** Each session comes to hold what a run needs: 4 MB here. */
  @Test
  void loadsLeaveNothing() throws ServingException {
    Loader loader = Models.loader(engine, "onnx/any_float");
    Loader refused = Models.loader(engine, "onnx/zipmap");
    float[] values = new float[1 << 20];
    long before = 0;
    for (int i = 0; i < CYCLES; i++) {
      if (i == CYCLES / 10) {
        before = residentBytes();
      }
      Servable servable = loader.load();
      Tensor input = TestTensors.floats(servable.allocator(), Shape.of(values.length), values);
      try (TestRun run = TestRun.of(servable, "serving_default").with("x", input).on(servable)) {
        assertEquals(Code.OK, run.code());
      }
      loader.unload();
      assertThrows(ServingException.class, refused::load);
    }
    assertFlat(before);
  }

  private static void assertFlat(long before) {
    long grown = residentBytes() - before;
    assertTrue(grown < SLACK_BYTES, () -> "grown by " + grown + " bytes");
  }

  private static long residentBytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("RssAnon:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("no RssAnon in /proc/self/status");
  }
}
