package dev.sluice.engine.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.engine.TestRun;
import dev.sluice.engine.TestTensors;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What loads, what does not, and what is said about it. */
final class OnnxLoaderTest {
  private static final int DAMAGED = 200;

  private final OnnxEngine engine = new OnnxEngine();

  @AfterEach
  void holdsNoTensor() {
    assertEquals(0, engine.liveTensors());
  }

  private Loader loader(ModelVersion version) {
    return engine.loaderFor(version, EngineOptions.DEFAULT);
  }

  private void assertRefused(Code code, String part, ModelVersion version) {
    ServingException failure = assertThrows(ServingException.class, loader(version)::load);
    assertEquals(code, failure.code(), failure.text());
    assertTrue(failure.text().contains(part), failure.text());
    assertTrue(failure.text().contains(version.id().toString()), failure.text());
  }

  private void assertRefused(Code code, String part, String model) {
    assertRefused(code, part, Models.version(model));
  }

  private static ModelVersion written(Path directory, byte[] model) throws IOException {
    Files.write(directory.resolve("model.onnx"), model);
    return Models.version("written", directory);
  }

  @Test
  void withoutModel(@TempDir Path directory) {
    assertRefused(Code.NOT_FOUND, "Expected a file model.onnx of", Models.version("m", directory));
  }

  @Test
  void directoryOfThatName(@TempDir Path directory) throws IOException {
    Files.createDirectory(directory.resolve("model.onnx"));
    assertRefused(Code.NOT_FOUND, "Expected a file model.onnx of", Models.version("m", directory));
  }

  @Test
  void truncated() {
    assertRefused(Code.DATA_LOSS, "Protobuf parsing failed", "broken/truncated_onnx");
  }

  @Test
  void empty(@TempDir Path directory) throws IOException {
    assertRefused(Code.INVALID_ARGUMENT, "not have a graph", written(directory, new byte[0]));
  }

  @Test
  void unknownOperation() {
    assertRefused(
        Code.INVALID_ARGUMENT, "No Op registered for NoSuchOpAnywhere", "onnx/unknown_op");
  }

  @Test
  void weightsThatNoFileCanHold() {
    assertRefused(Code.INVALID_ARGUMENT, "Initializer 'w' declares a size", "onnx/huge_weights");
  }

  @Test
  void graphInACircle() {
    assertRefused(Code.INVALID_ARGUMENT, "the graph is not acyclic", "onnx/cycle");
  }

  @Test
  void missingWeights() {
    assertRefused(Code.INVALID_ARGUMENT, "weights.bin", "onnx/missing_weights");
  }

  @Test
  void mapsAreRefusedWithAdvice() {
    assertRefused(
        Code.UNIMPLEMENTED,
        "expected a tensor, found a sequence; export the model with tensors only (skl2onnx:"
            + " options={\"zipmap\": False})",
        "onnx/zipmap");
  }

  @Test
  void elementsThatNoAnswerCanHold() {
    assertRefused(Code.UNIMPLEMENTED, "found one of float8e5m2", "onnx/float8_output");
  }

  /** Whatever the bytes are, the process lives, and a damaged model is refused or loads. */
  @Test
  void damagedModelsHarmNothing(@TempDir Path directory) throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] whole = Files.readAllBytes(Models.directory("wine_sklearn_onnx/1/model.onnx"));
    int loaded = 0;
    for (int i = 0; i < DAMAGED; i++) {
      byte[] damaged = whole.clone();
      random.nextBytes(damaged);
      int kept = random.nextInt(whole.length);
      System.arraycopy(whole, 0, damaged, 0, kept);
      Loader loader = loader(written(directory, damaged));
      try {
        loader.load().close();
        loader.unload();
        loaded++; // what the damage left is a model all the same
      } catch (ServingException failure) {
        assertTrue(
            Set.of(Code.INVALID_ARGUMENT, Code.DATA_LOSS, Code.UNIMPLEMENTED)
                .contains(failure.code()),
            () -> "seed " + seed + ": " + failure.codeAndText());
      }
    }
    assertTrue(loaded < DAMAGED / 4, "loaded " + loaded + ", seed " + seed);
  }

  @Test
  void weightsBesideTheModelAreRead() throws Exception {
    Loader loader = loader(Models.version("onnx/external_weights"));
    Servable servable = loader.load();
    try (TestRun run = TestRun.of(servable, "serving_default")) {
      run.with("x", TestTensors.floats(servable.allocator(), Shape.of(1, 2), 1, 2)).on(servable);
      // Weight [i, j] is 256 i + j.
      assertEquals(512, TestTensors.floats(run.output("y"))[0]);
      assertEquals(512 + 3 * 255, TestTensors.floats(run.output("y"))[255]);
    }
    loader.unload();
  }

  @Test
  void signatureIsWhatTheModelSays() throws Exception {
    Loader loader = loader(Models.version("wine_sklearn_onnx"));
    Map<String, Signature> signatures = loader.load().signatures();
    loader.unload();
    assertEquals(Set.of("serving_default"), signatures.keySet());
    Signature signature = signatures.values().iterator().next();
    assertEquals("tensorflow/serving/predict", signature.methodName());
    assertEquals(
        List.of(new TensorSpec("X", DataType.FLOAT, false, Shape.of(-1, 13), "X")),
        signature.inputs());
    assertEquals(
        List.of(
            new TensorSpec("label", DataType.STRING, false, Shape.of(-1), "label"),
            new TensorSpec(
                "probabilities", DataType.FLOAT, false, Shape.of(-1, 3), "probabilities")),
        signature.outputs());
  }

  @Test
  void shapesThatTheModelDoesNotSayAreUnknownAndScalarsAreNot() throws Exception {
    Loader any = loader(Models.version("onnx/any_float"));
    Signature free = any.load().signatures().get("serving_default");
    any.unload();
    Loader loop = loader(Models.version("onnx/loop"));
    Signature scalar = loop.load().signatures().get("serving_default");
    loop.unload();
    assertTrue(free != null && scalar != null);
    assertEquals(Shape.unknownRank(), free.inputs().getFirst().shape());
    assertEquals(Shape.scalar(), scalar.inputs().getFirst().shape());
  }

  @Test
  void onlyModelsWithoutLoopsAreShapeBound() throws Exception {
    for (String model : List.of("wine_tf2onnx", "wine_sklearn_onnx")) {
      assertEquals(true, isShapeBound(model), model);
    }
    for (String model : List.of("onnx/loop", "onnx/any_string", "onnx/runtime_errors")) {
      assertEquals(false, isShapeBound(model), model);
    }
  }

  private boolean isShapeBound(String model) throws ServingException {
    Loader loader = loader(Models.version(model));
    Servable servable = loader.load();
    boolean isShapeBound = servable.signatures().values().stream().allMatch(servable::isShapeBound);
    loader.unload();
    return isShapeBound;
  }

  @Test
  void poolsOfThreadsAreNotShapeBound() throws Exception {
    for (EngineOptions options :
        List.of(new EngineOptions(Set.of(), 2, 0), new EngineOptions(Set.of(), 0, 2))) {
      Loader loader = engine.loaderFor(Models.version("wine_tf2onnx"), options);
      Servable servable = loader.load();
      assertTrue(servable.signatures().values().stream().noneMatch(servable::isShapeBound));
      float[] features = new float[13];
      try (TestRun run = TestRun.of(servable, "serving_default")) {
        run.with("features", TestTensors.floats(servable.allocator(), Shape.of(1, 13), features))
            .on(servable);
        assertEquals(Shape.of(1, 3), run.output("probabilities").shape());
      }
      loader.unload();
    }
  }

  @Test
  void unloadedServableRefuses() throws Exception {
    Loader loader = loader(Models.version("onnx/any_float"));
    Servable servable = loader.load();
    loader.unload();
    loader.unload();
    try (TestRun run = TestRun.of(servable, "serving_default").on(servable)) {
      assertEquals(Code.UNAVAILABLE, run.failure().code());
    }
  }

  @Test
  void estimateIsOnePointTwoTimesTheFiles(@TempDir Path directory) throws Exception {
    Files.write(directory.resolve("model.onnx"), new byte[1000]);
    Files.write(Files.createDirectory(directory.resolve("b")).resolve("c"), new byte[500]);
    assertEquals(1800, loader(Models.version("m", directory)).estimate().memoryBytes());
  }
}
