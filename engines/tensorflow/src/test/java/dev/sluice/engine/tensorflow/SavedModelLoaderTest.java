package dev.sluice.engine.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.engine.ModelSettings;
import dev.sluice.engine.TestRun;
import dev.sluice.engine.TestTensors;
import dev.sluice.protos.serving.SignatureDefMap;
import dev.sluice.protos.tensorflow.SavedModel;
import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.protos.tensorflow.TensorInfo;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What loads, what does not, and what is said about it (config.md §10). */
final class SavedModelLoaderTest {
  private final TensorFlowEngine engine = new TensorFlowEngine();

  @AfterEach
  void holdsNoTensor() throws ServingException {
    assertEquals(0, engine.library().liveTensors());
  }

  private ServingException failure(String model, String directory) {
    return assertThrows(ServingException.class, Models.loader(engine, model, directory)::load);
  }

  private static void assertFailure(Code code, String part, ServingException failure) {
    assertEquals(code, failure.code(), failure.text());
    assertTrue(failure.text().contains(part), failure.text());
  }

  @Test
  void emptyVersion() {
    ServingException failure = failure("broken/empty_version", "1");
    assertEquals(Code.NOT_FOUND, failure.code());
    assertEquals(
        "Specified file path does not appear to contain a SavedModel bundle (should have a file"
            + " called `saved_model.pb`)\nSpecified file path: "
            + Models.directory("broken/empty_version/1"),
        failure.text());
  }

  /** Where Triton has it, or where the settings say. */
  @Test
  void savedModelMayLieInAFolderOfTheVersion(@TempDir Path directory) throws Exception {
    for (String folder : List.of("model.savedmodel", "exported")) {
      Path version = directory.resolve(folder + "-version");
      copy(Models.directory("half_plus_two/1"), version.resolve(folder));
      ModelSettings settings =
          new ModelSettings(
              "",
              folder.equals("exported") ? folder : "",
              Map.of(),
              ModelSettings.Threads.UNSAID,
              ModelSettings.Batching.UNSAID);
      assertEquals(settings.modelFile().isEmpty(), engine.recognizes(version));
      Loader loader =
          engine.loaderFor(
              new ModelVersion(new ServableId("m", 1), "tensorflow_savedmodel", version),
              EngineOptions.DEFAULT.of(settings));
      assertTrue(loader.load().signatures().containsKey("serving_default"));
      loader.unload();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }

  @Test
  void sessionBundle() {
    ServingException failure = failure("upstream/bad_half_plus_two", "00000123");
    assertEquals(Code.UNIMPLEMENTED, failure.code());
    assertEquals("Session Bundle is deprecated and removed.", failure.text());
  }

  @Test
  void wrongTag() {
    ServingException failure = failure("broken/wrong_tag", "1");
    assertEquals(Code.NOT_FOUND, failure.code());
    assertTrue(
        failure
            .text()
            .startsWith("Could not find meta graph def matching supplied tags: { serve }"),
        failure.text());
  }

  @Test
  void otherTagsMayBeAskedFor() throws ServingException {
    EngineOptions options = new EngineOptions(Set.of("train"), 0, 0);
    Loader loader = engine.loaderFor(Models.version("broken/wrong_tag", "1"), options);
    assertFalse(loader.load().signatures().isEmpty());
    loader.unload();
  }

  @Test
  void unknownOperation() {
    assertFailure(
        Code.NOT_FOUND,
        "Op type not registered 'NoSuchOpAnywhere'",
        failure("broken/unknown_op", "1"));
  }

  @Test
  void truncatedSavedModel() {
    assertFailure(
        Code.OUT_OF_RANGE,
        "Read less bytes than requested",
        failure("broken/truncated_saved_model", "1"));
  }

  @Test
  void truncatedVariables() {
    assertFailure(
        Code.OUT_OF_RANGE,
        "Read less bytes than requested",
        failure("broken/truncated_variables", "1"));
  }

  @Test
  void missingVariablesLoadWithAWarning() throws ServingException {
    Warnings warnings = new Warnings();
    Logger logger = Logger.getLogger(SavedModelLoader.class.getName());
    logger.addHandler(warnings);
    try {
      Loader loader = Models.loader(engine, "broken/missing_variables", "1");
      Servable servable = loader.load();
      assertTrue(warnings.text.toString().contains("has variables but"), warnings.text.toString());
      Tensor x = TestTensors.floats(servable.allocator(), Shape.of(1), 1);
      try (TestRun run = TestRun.of(servable, "serving_default").with("x", x).on(servable)) {
        assertEquals(Code.FAILED_PRECONDITION, run.failure().code());
      }
      loader.unload();
      warnings.text.setLength(0);
      Loader whole = Models.loader(engine, "half_plus_two", "1");
      assertNotNull(whole.load());
      whole.unload();
      assertEquals("", warnings.text.toString());
    } finally {
      logger.removeHandler(warnings);
    }
  }

  private static final class Warnings extends Handler {
    private final StringBuilder text = new StringBuilder();

    @Override
    public void publish(LogRecord record) {
      if (record.getLevel().equals(Level.WARNING)) {
        text.append(record.getMessage()).append('\n');
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void referenceTypesAreDeclaredAsSuch() throws ServingException {
    Loader loader = Models.loader(engine, "upstream/saved_model_counter", "00000123");
    Signature signature = loader.load().signatures().get("get_counter");
    assertNotNull(signature);
    assertTrue(signature.outputs().getFirst().reference());
    assertEquals("FLOAT", String.valueOf(signature.outputs().getFirst().dtype()));
    loader.unload();
  }

  @Test
  void defaultsAreTakenWhereNothingIsGiven() throws ServingException {
    Loader loader = Models.loader(engine, "upstream/saved_model_half_plus_two_tf2_cpu", "00000123");
    Servable servable = loader.load();
    Signature signature = servable.signatures().get("serving_default");
    assertNotNull(signature);
    assertEquals(Set.of("x"), signature.defaults().keySet());
    for (int i = 0; i < 3; i++) {
      try (TestRun run = TestRun.of(servable, "serving_default").on(servable)) {
        assertEquals(Shape.of(1), run.output("y").shape());
      }
    }
    loader.unload();
  }

  @Test
  void metadataHoldsAllSignaturesVerbatim() throws Exception {
    Loader loader = Models.loader(engine, "half_plus_two_tf2", "1");
    byte[] metadata = loader.load().metadata().get("signature_def");
    loader.unload();
    assertNotNull(metadata);
    assertEquals(
        saved("half_plus_two_tf2/1").getMetaGraphs(0).getSignatureDefMap(),
        SignatureDefMap.parseFrom(metadata).getSignatureDefMap());
  }

  private static SavedModel saved(String directory)
      throws IOException, InvalidProtocolBufferException {
    return SavedModel.parseFrom(
        Files.readAllBytes(Models.directory(directory).resolve("saved_model.pb")));
  }

  /** A signature may name what is not there, or what no request can carry. */
  @Test
  void oddSignaturesSpoilOnlyThemselves(@TempDir Path directory) throws Exception {
    Loader loader = Models.loader(engine, odd(directory));
    Servable servable = loader.load();
    try (TestRun run = TestRun.of(servable, "no_such_input")) {
      run.with("x", TestTensors.floats(servable.allocator(), Shape.of(1), 1)).on(servable);
      assertFailure(Code.INVALID_ARGUMENT, "nowhere:0", run.failure());
    }
    try (TestRun run = TestRun.of(servable, "no_such_output")) {
      run.with("x", TestTensors.floats(servable.allocator(), Shape.of(1), 1)).on(servable);
      assertFailure(Code.INVALID_ARGUMENT, "nowhere:0", run.failure());
    }
    try (TestRun run = TestRun.of(servable, "serving_default")) {
      run.with("x", TestTensors.floats(servable.allocator(), Shape.of(1), 2)).on(servable);
      assertEquals(3, TestTensors.floats(run.output("y"))[0]);
    }
    Signature sparse = servable.signatures().get("sparse");
    assertNotNull(sparse);
    assertEquals(1, sparse.inputs().size());
    loader.unload();
  }

  private static ModelVersion odd(Path directory) throws IOException {
    SavedModel.Builder model = saved("half_plus_two_tf2/1").toBuilder();
    SignatureDef good = model.getMetaGraphs(0).getSignatureDefOrThrow("serving_default");
    TensorInfo x = good.getInputsOrThrow("x");
    TensorInfo y = good.getOutputsOrThrow("y");
    TensorInfo coo =
        TensorInfo.newBuilder()
            .setCooSparse(TensorInfo.CooSparse.newBuilder().setValuesTensorName("a:0"))
            .build();
    model
        .getMetaGraphsBuilder(0)
        .putSignatureDef(
            "no_such_input",
            good.toBuilder().putInputs("x", x.toBuilder().setName("nowhere:0").build()).build())
        .putSignatureDef(
            "no_such_output",
            good.toBuilder().putOutputs("y", y.toBuilder().setName("nowhere:0").build()).build())
        .putSignatureDef("sparse", good.toBuilder().putInputs("s", coo).build());
    Files.write(directory.resolve("saved_model.pb"), model.build().toByteArray());
    Path variables = Files.createDirectory(directory.resolve("variables"));
    for (String name : new String[] {"variables.index", "variables.data-00000-of-00001"}) {
      Files.copy(
          Models.directory("half_plus_two_tf2/1/variables").resolve(name), variables.resolve(name));
    }
    return new ModelVersion(new ServableId("odd", 1), "tensorflow", directory);
  }

  @Test
  void unloadedServableRefuses() throws ServingException {
    Loader loader = Models.loader(engine, "counter", "1");
    Servable servable = loader.load();
    loader.unload();
    loader.unload();
    try (TestRun run = TestRun.of(servable, "get_counter").on(servable)) {
      assertEquals(Code.UNAVAILABLE, run.failure().code());
    }
  }

  @Test
  void estimateIsOnePointTwoTimesTheFiles(@TempDir Path directory) throws Exception {
    Files.write(directory.resolve("a"), new byte[1000]);
    Files.write(Files.createDirectory(directory.resolve("b")).resolve("c"), new byte[500]);
    ModelVersion version = new ModelVersion(new ServableId("m", 1), "tensorflow", directory);
    assertEquals(1800, Models.loader(engine, version).estimate().memoryBytes());
  }
}
