package dev.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every engine must do; each adapter's test extends it and names models of its own format.
 *
 * <p>After each test the engine must hold no tensor any more.
 */
public abstract class EngineContract {
  private static final int THREADS = 4;
  private static final int RUNS = 200;

  /**
   * A model that gives back what it is given.
   *
   * @param version where it is
   * @param signature the key of the signature
   * @param input its one input, of any shape
   * @param output its one output
   */
  public record Identity(ModelVersion version, String signature, String input, String output) {}

  /** Returns the engine; the same one within a test. */
  protected abstract Engine engine();

  /** Returns a model that gives back floats. */
  protected abstract Identity floats();

  /** Returns a model that gives back strings; empty if no model of the engine has any. */
  protected abstract Optional<Identity> strings();

  /** Returns a version of this engine's platform that does not load. */
  protected abstract ModelVersion broken();

  /** Returns how many native tensors the engine holds. */
  protected abstract long liveTensors();

  @AfterEach
  final void holdsNoTensor() {
    assertEquals(0, liveTensors());
  }

  /** What is done with a loaded servable. */
  @FunctionalInterface
  protected interface Use {
    void with(Servable servable) throws Exception;
  }

  /** Loads a version, uses it and unloads it. */
  protected final void loaded(ModelVersion version, Use use) throws Exception {
    Loader loader = loader(version);
    Servable servable = loader.load();
    try {
      use.with(servable);
    } finally {
      servable.close();
      loader.unload();
    }
  }

  private Loader loader(ModelVersion version) {
    return engine().loaderFor(version, EngineOptions.DEFAULT);
  }

  @Test
  final void itsOwnFormatIsRecognizedAndNoOther(@TempDir Path empty) {
    assertTrue(engine().recognizes(floats().version().path()));
    assertFalse(engine().recognizes(empty));
    assertFalse(engine().recognizes(empty.resolve("no-such-directory")));
  }

  @Test
  final void itsNameIsAPlatform() {
    assertTrue(engine().platforms().contains(engine().name()));
  }

  @Test
  final void estimateIsPositive() throws Exception {
    assertTrue(loader(floats().version()).estimate().memoryBytes() > 0);
  }

  @Test
  final void estimateOfMissingVersionFails() {
    ServableId id = new ServableId("m", 1);
    String platform = floats().version().platform();
    Path nowhere = floats().version().path().resolve("no-such-directory");
    Loader loader = loader(new ModelVersion(id, platform, nowhere));
    assertThrows(ServingException.class, loader::estimate);
  }

  @Test
  final void completesOnce() throws Exception {
    Identity model = floats();
    loaded(
        model.version(),
        servable -> {
          try (TestRun run = run(model, servable, servable.allocator(), Shape.of(2), 1, 2)) {
            assertEquals(1, run.completions());
            assertArrayEquals(new float[] {1, 2}, TestTensors.floats(run.output(model.output())));
          }
        });
  }

  @Test
  final void shapesAreKept() throws Exception {
    Identity model = floats();
    loaded(
        model.version(),
        servable -> {
          for (Shape shape : List.of(Shape.scalar(), Shape.of(0, 3), Shape.of(2, 1, 3))) {
            float[] values = new float[(int) shape.elements()];
            try (TestRun run = run(model, servable, servable.allocator(), shape, values)) {
              Tensor output = run.output(model.output());
              assertEquals(shape, output.shape());
              assertEquals(DataType.FLOAT, output.dtype());
              assertEquals(shape.elements() * Float.BYTES, output.data().byteSize());
            }
          }
        });
  }

  @Test
  final void allocatedMemoryIsAligned() throws Exception {
    loaded(
        floats().version(),
        servable -> {
          for (int size = 1; size < 100_000; size = size * 3 + 1) {
            long bytes = (long) size * Float.BYTES;
            try (Tensor tensor =
                servable.allocator().allocate(DataType.FLOAT, Shape.of(size), bytes)) {
              assertEquals(0, tensor.data().address() % 64);
              assertEquals(bytes, tensor.data().byteSize());
            }
          }
        });
  }

  @Test
  final void tensorsOfOtherAllocatorsAreTaken() throws Exception {
    Identity model = floats();
    loaded(
        model.version(),
        servable -> {
          try (TestRun run = run(model, servable, new NativeTensors(), Shape.of(3), 1, 2, 3)) {
            assertArrayEquals(
                new float[] {1, 2, 3}, TestTensors.floats(run.output(model.output())));
          }
        });
  }

  @Test
  final void stringsAreKeptOrRefused() throws Exception {
    Optional<Identity> model = strings();
    if (model.isEmpty()) {
      stringsAreRefused(floats());
      return;
    }
    byte[] notText = {(byte) 0xff, 0, (byte) 0xfe};
    stringsAreKept(
        model.get(),
        List.of(
            new byte[0], bytes("a"), bytes("é".repeat(11)), notText, bytes("x".repeat(100_000))));
    stringsAreKept(model.get(), List.of());
  }

  private void stringsAreRefused(Identity model) throws Exception {
    loaded(
        model.version(),
        servable -> {
          Tensor input = TestTensors.strings(servable.allocator(), Shape.of(1), "a");
          try (TestRun run = TestRun.of(servable, model.signature())) {
            run.with(model.input(), input).on(servable);
            assertEquals(Code.INVALID_ARGUMENT, run.failure().code());
            assertTrue(run.failure().text().contains("string"), run.failure().text());
          }
        });
  }

  private void stringsAreKept(Identity model, List<byte[]> values) throws Exception {
    Shape shape = Shape.of(values.size());
    loaded(
        model.version(),
        servable -> {
          Tensor input = StringTensors.create(servable.allocator(), shape, values);
          try (TestRun run = TestRun.of(servable, model.signature())) {
            Tensor output = run.with(model.input(), input).on(servable).output(model.output());
            assertEquals(shape, output.shape());
            for (int i = 0; i < values.size(); i++) {
              assertArrayEquals(
                  values.get(i),
                  StringTensors.element(output.data(), values.size(), i)
                      .toArray(ValueLayout.JAVA_BYTE));
            }
          }
        });
  }

  @Test
  final void missingInputIsInvalid() throws Exception {
    Identity model = floats();
    loaded(
        model.version(),
        servable -> {
          try (TestRun run = TestRun.of(servable, model.signature()).on(servable)) {
            assertEquals(Code.INVALID_ARGUMENT, run.failure().code());
            assertTrue(run.failure().text().contains(model.input()), run.failure().text());
            assertEquals(1, run.completions());
          }
        });
  }

  @Test
  final void wrongTypeIsInvalidAndHarmsNothing() throws Exception {
    Identity model = floats();
    loaded(
        model.version(),
        servable -> {
          Tensor wrong = TestTensors.longs(servable.allocator(), Shape.of(1), 1);
          try (TestRun run = TestRun.of(servable, model.signature())) {
            run.with(model.input(), wrong).on(servable);
            assertEquals(Code.INVALID_ARGUMENT, run.failure().code());
            assertEquals(1, run.completions());
          }
          try (TestRun run = run(model, servable, servable.allocator(), Shape.of(1), 7)) {
            assertArrayEquals(new float[] {7}, TestTensors.floats(run.output(model.output())));
          }
        });
  }

  @Test
  final void resultsSurviveTheirInputs() throws Exception {
    loaded(
        floats().version(),
        servable -> {
          resultsSurviveTheirInputs(servable, servable.allocator());
          resultsSurviveTheirInputs(servable, new NativeTensors());
        });
  }

  /** An output may share its input's memory: what is allocated next must not be that memory. */
  private void resultsSurviveTheirInputs(Servable servable, TensorAllocator allocator) {
    Identity model = floats();
    Shape shape = Shape.of(1_000);
    List<TestRun> runs = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      float[] values = new float[1_000];
      Arrays.fill(values, i);
      TestRun run = run(model, servable, allocator, shape, values);
      run.closeInputs();
      runs.add(run);
    }
    for (int i = 0; i < runs.size(); i++) {
      try (TestRun run = runs.get(i)) {
        for (float value : TestTensors.floats(run.output(model.output()))) {
          assertEquals(i, value);
        }
      }
    }
  }

  @Test
  final void runsOverlap() throws Exception {
    Identity model = floats();
    loaded(
        model.version(),
        servable -> {
          try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> futures = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
              int first = thread * RUNS;
              futures.add(threads.submit(() -> runMany(model, servable, first)));
            }
            for (Future<?> future : futures) {
              get(future);
            }
          }
        });
  }

  private static void get(Future<?> future) throws InterruptedException {
    try {
      future.get();
    } catch (ExecutionException e) {
      throw new AssertionError("a run failed", e.getCause());
    }
  }

  private static void runMany(Identity model, Servable servable, int first) {
    for (int value = first; value < first + RUNS; value++) {
      Shape shape = Shape.of(1 + value % 7);
      float[] values = new float[1 + value % 7];
      Arrays.fill(values, value);
      try (TestRun run = run(model, servable, servable.allocator(), shape, values)) {
        assertArrayEquals(values, TestTensors.floats(run.output(model.output())));
      }
    }
  }

  @Test
  final void failedLoadMayBeRepeated() {
    Loader loader = loader(broken());
    for (int attempt = 0; attempt < 3; attempt++) {
      ServingException failure = assertThrows(ServingException.class, loader::load);
      assertFalse(failure.text().isEmpty());
    }
  }

  @Test
  final void loadsAgainAfterUnload() throws Exception {
    Identity model = floats();
    Loader loader = loader(model.version());
    for (int attempt = 0; attempt < 2; attempt++) {
      Servable servable = loader.load();
      try (TestRun run = run(model, servable, servable.allocator(), Shape.of(1), attempt)) {
        assertEquals(attempt, TestTensors.floats(run.output(model.output()))[0]);
      } finally {
        loader.unload();
      }
    }
  }

  @Test
  final void versionsAreIndependent() throws Exception {
    Identity model = floats();
    loaded(
        model.version(),
        servable -> {
          loaded(model.version(), other -> assertFalse(other.signatures().isEmpty()));
          try (TestRun run = run(model, servable, servable.allocator(), Shape.of(1), 5)) {
            assertEquals(5, TestTensors.floats(run.output(model.output()))[0]);
          }
        });
  }

  private static TestRun run(
      Identity model, Servable servable, TensorAllocator allocator, Shape shape, float... values) {
    return TestRun.of(servable, model.signature())
        .with(model.input(), TestTensors.floats(allocator, shape, values))
        .on(servable);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
