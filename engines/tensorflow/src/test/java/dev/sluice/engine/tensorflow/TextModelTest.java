package dev.sluice.engine.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.Loader;
import dev.sluice.engine.TestRun;
import dev.sluice.engine.TestTensors;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A SavedModel as text, with graphs that exporters seldom write. */
final class TextModelTest {
  private static final String MODEL =
      """
      saved_model_schema_version: 1
      meta_graphs {
        meta_info_def { tags: "serve" }
        graph_def {
          node { name: "x" op: "Placeholder"
            attr { key: "dtype" value { type: DT_FLOAT } }
            attr { key: "shape" value { shape { dim { size: -1 } dim { size: 2 } dim { size: 2 } } } } }
          node { name: "inner" op: "Identity" input: "x"
            attr { key: "T" value { type: DT_FLOAT } } }
          node { name: "y" op: "Identity" input: "inner"
            attr { key: "T" value { type: DT_FLOAT } } }
          node { name: "zeros" op: "Const"
            attr { key: "dtype" value { type: DT_FLOAT } }
            attr { key: "value" value { tensor {
              dtype: DT_FLOAT tensor_shape { dim { size: 1 } dim { size: 1 } dim { size: 1 } }
              float_val: 0 } } } }
          node { name: "d" op: "PlaceholderWithDefault" input: "zeros"
            attr { key: "dtype" value { type: DT_FLOAT } }
            attr { key: "shape" value { shape { unknown_rank: true } } } }
          node { name: "e" op: "Identity" input: "d"
            attr { key: "T" value { type: DT_FLOAT } } }
          node { name: "resource" op: "VarHandleOp"
            attr { key: "dtype" value { type: DT_FLOAT } }
            attr { key: "shape" value { shape { } } }
            attr { key: "shared_name" value { s: "v" } } }
          versions { producer: 27 }
        }
        signature_def { key: "serving_default" value {
          inputs { key: "x" value { name: "x:0" dtype: DT_FLOAT } }
          outputs { key: "y" value { name: "y:0" dtype: DT_FLOAT } } } }
        signature_def { key: "inner" value {
          inputs { key: "x" value { name: "inner:0" dtype: DT_FLOAT } }
          outputs { key: "y" value { name: "y" dtype: DT_FLOAT } } } }
        signature_def { key: "default" value {
          inputs { key: "x" value { name: "d:0" dtype: DT_FLOAT } }
          outputs { key: "y" value { name: "e:0" dtype: DT_FLOAT } } } }
        signature_def { key: "resource" value {
          outputs { key: "y" value { name: "resource:0" dtype: DT_RESOURCE } } } }
        signature_def { key: "no_such_index" value {
          inputs { key: "x" value { name: "x:0" dtype: DT_FLOAT } }
          outputs { key: "y" value { name: "y:7" dtype: DT_FLOAT } } } }
      }
      """;

  private final TensorFlowEngine engine = new TensorFlowEngine();
  private Loader loader;
  private Servable servable;

  @BeforeEach
  void load(@TempDir Path directory) throws IOException, ServingException {
    Files.writeString(directory.resolve("saved_model.pbtxt"), MODEL);
    loader =
        Models.loader(engine, new ModelVersion(new ServableId("text", 1), "tensorflow", directory));
    servable = loader.load();
  }

  @AfterEach
  void unload() throws ServingException {
    loader.unload();
    assertEquals(0, engine.library().liveTensors());
  }

  private TestRun run(String key, Shape shape) {
    float[] values = new float[(int) shape.elements()];
    return TestRun.of(servable, key)
        .with("x", TestTensors.floats(servable.allocator(), shape, values))
        .on(servable);
  }

  @Test
  void runs() {
    try (TestRun run = run("serving_default", Shape.of(1, 2, 2))) {
      assertArrayEquals(new float[4], TestTensors.floats(run.output("y")));
    }
  }

  @Test
  void placeholderOfRankThreeGuardsItsRank() {
    try (TestRun run = run("serving_default", Shape.of(2, 2))) {
      assertEquals(Code.INVALID_ARGUMENT, run.code());
      assertTrue(run.failure().text().contains("declares [?,2,2]"), run.failure().text());
    }
  }

  @Test
  void innerNodesAndPlaceholdersWithDefaultAreNotGuarded() {
    for (String key : new String[] {"inner", "default"}) {
      try (TestRun run = run(key, Shape.scalar())) {
        assertEquals(Shape.scalar(), run.output("y").shape(), key);
      }
    }
  }

  @Test
  void resourceCannotLeave() {
    try (TestRun run = TestRun.of(servable, "resource").on(servable)) {
      assertEquals(Code.UNIMPLEMENTED, run.failure().code());
      assertEquals(
          "Output y of signature resource of {name: text version: 1}: values of type resource"
              + " cannot leave the model",
          run.failure().text());
    }
  }

  @Test
  void missingOutputOfAnOperationIsTheLibrarysToRefuse() {
    try (TestRun run = run("no_such_index", Shape.of(1, 2, 2))) {
      assertTrue(run.failure().text().contains("y"), run.failure().text());
    }
  }
}
