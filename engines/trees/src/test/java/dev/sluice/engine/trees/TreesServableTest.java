package dev.sluice.engine.trees;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.TestRun;
import dev.sluice.engine.TestTensors;
import dev.sluice.servable.Code;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.testing.CountingAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * What {@link dev.sluice.engine.EngineContract} asks of every engine, which needs a model that
 * gives back what it is given: no trees do.
 */
final class TreesServableTest {
  private static final int FEATURES = 6;
  private static final int THREADS = 4;
  private static final int RUNS = 200;

  private final CountingAllocator memory = new CountingAllocator();

  private static Servable binary() throws ServingException {
    return Models.load(Models.version("trees_xgb_binary"));
  }

  private static Signature signature(Servable servable, String key) {
    return TestRun.of(servable, key).signature();
  }

  private static float[] rows(int count) {
    float[] values = new float[count * FEATURES];
    Random random = new Random(count);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static TestRun run(Servable servable, Shape shape, float... values) {
    return TestRun.of(servable, Signature.DEFAULT_KEY)
        .with("features", TestTensors.floats(servable.allocator(), shape, values))
        .on(servable);
  }

  private static float[] predictions(Servable servable, int count) {
    try (TestRun run = run(servable, Shape.of(count, FEATURES), rows(count))) {
      assertEquals(1, run.completions());
      return TestTensors.floats(run.output("predictions"));
    }
  }

  @Test
  void signaturesSayWhatGoesInAndOut() throws Exception {
    Signature binary = signature(binary(), Signature.DEFAULT_KEY);
    assertEquals("tensorflow/serving/predict", binary.methodName());
    assertSpec("features", DataType.FLOAT, Shape.of(-1, FEATURES), binary.inputs());
    assertSpec("predictions", DataType.FLOAT, Shape.of(-1), binary.outputs());
    Servable classes = Models.load(Models.version("trees_lgb_multiclass"));
    Signature margin = signature(classes, "margin");
    assertSpec("features", DataType.DOUBLE, Shape.of(-1, FEATURES), margin.inputs());
    assertSpec("margin", DataType.DOUBLE, Shape.of(-1, 3), margin.outputs());
    assertTrue(classes.isShapeBound(margin));
  }

  private static void assertSpec(String name, DataType dtype, Shape shape, List<TensorSpec> specs) {
    assertEquals(List.of(new TensorSpec(name, dtype, false, shape, name)), specs);
  }

  @Test
  void rowsDoNotDependOnTheirNeighbours() throws Exception {
    for (String model : List.of("trees_xgb_binary", "trees_xgb_categories", "trees_xgb_linear")) {
      Servable servable = Models.load(Models.version(model));
      float[] values = rows(200);
      float[] together = predictions(servable, 200);
      for (int row = 0; row < together.length; row++) {
        float[] alone = new float[FEATURES];
        System.arraycopy(values, row * FEATURES, alone, 0, FEATURES);
        try (TestRun run = run(servable, Shape.of(1, FEATURES), alone)) {
          assertEquals(together[row], TestTensors.floats(run.output("predictions"))[0]);
        }
      }
    }
  }

  @Test
  void missingInputIsInvalid() throws Exception {
    Servable servable = binary();
    try (TestRun run = TestRun.of(servable, Signature.DEFAULT_KEY).on(servable)) {
      assertEquals(Code.INVALID_ARGUMENT, run.code());
      assertTrue(run.failure().text().contains("features"), run.failure().text());
    }
  }

  @Test
  void wrongTypeIsInvalidAndHarmsNothing() throws Exception {
    Servable servable = binary();
    Tensor wrong = TestTensors.longs(servable.allocator(), Shape.of(1, FEATURES), 1, 2, 3, 4, 5, 6);
    try (TestRun run = TestRun.of(servable, Signature.DEFAULT_KEY)) {
      run.with("features", wrong).on(servable);
      assertEquals(
          "Expected input features of {name: trees_xgb_binary version: 1} to be float, found int64",
          run.failure().text());
      assertEquals(Code.INVALID_ARGUMENT, run.code());
      assertEquals(1, run.completions());
    }
    assertEquals(1, predictions(servable, 1).length);
  }

  @Test
  void wrongShapeIsInvalidAndSaysWhatIsExpected() throws Exception {
    Servable servable = binary();
    for (Shape shape :
        List.of(
            Shape.scalar(),
            Shape.of(FEATURES),
            Shape.of(1, 5),
            Shape.of(0, 7),
            Shape.of(1, 6, 1))) {
      try (TestRun run = run(servable, shape, new float[(int) shape.elements()])) {
        assertEquals(Code.INVALID_ARGUMENT, run.code());
        String text = run.failure().text();
        assertTrue(text.contains("[?,6]") && text.endsWith("found " + shape), text);
      }
    }
  }

  @Test
  void tensorsOfOtherAllocatorsAreTaken() throws Exception {
    Servable servable = binary();
    float[] expected = predictions(servable, 3);
    Tensor input = TestTensors.floats(memory, Shape.of(3, FEATURES), rows(3));
    try (TestRun run = TestRun.of(servable, Signature.DEFAULT_KEY)) {
      run.with("features", input).on(servable);
      assertArrayEquals(expected, TestTensors.floats(run.output("predictions")));
    }
    assertEquals(0, memory.open());
  }

  @Test
  void resultsSurviveTheirInputs() throws Exception {
    Servable servable = binary();
    float[] expected = predictions(servable, 100);
    List<TestRun> runs = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      TestRun run = run(servable, Shape.of(100, FEATURES), rows(100));
      run.closeInputs();
      runs.add(run);
    }
    for (TestRun run : runs) {
      assertArrayEquals(expected, TestTensors.floats(run.output("predictions")));
      run.close();
    }
  }

  @Test
  void runsOverlap() throws Exception {
    Servable servable = binary();
    List<float[]> expected = new ArrayList<>();
    for (int count = 0; count < RUNS; count++) {
      expected.add(predictions(servable, count));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> futures = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        futures.add(threads.submit(() -> runAll(servable, expected)));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    }
  }

  private static void runAll(Servable servable, List<float[]> expected) {
    for (int count = 0; count < expected.size(); count++) {
      assertArrayEquals(expected.get(count), predictions(servable, count));
    }
  }

  @Test
  void outputsComeInTheOrderWanted() throws Exception {
    Servable servable = binary();
    Signature union = Signature.union(List.copyOf(servable.signatures().values()));
    try (TestRun run = TestRun.of(union)) {
      run.with("features", TestTensors.floats(new NativeTensors(), Shape.of(2, FEATURES), rows(2)))
          .on(servable);
      assertArrayEquals(predictions(servable, 2), TestTensors.floats(run.output("predictions")));
      float margin = TestTensors.floats(run.output("margin"))[0];
      float expected = (float) (1 / (1 + Math.exp(-margin)));
      assertEquals(expected, TestTensors.floats(run.output("predictions"))[0], 1e-6f);
    }
  }

  @Test
  void lackOfMemoryFailsTheRunAndLeavesNothing() throws Exception {
    TreeModel model =
        XgboostReader.read(Models.version("trees_xgb_binary").path().resolve("model.json"));
    Servable servable = new TreesServable(new ServableId("m", 1), model, memory);
    Signature union = Signature.union(List.copyOf(servable.signatures().values()));
    Tensor input = TestTensors.floats(new NativeTensors(), Shape.of(2, FEATURES), rows(2));
    try (TestRun run = TestRun.of(union).with("features", input)) {
      memory.failAfter(1);
      run.on(servable);
      assertEquals(Code.RESOURCE_EXHAUSTED, run.code());
    }
    assertEquals(0, memory.open());
  }
}
