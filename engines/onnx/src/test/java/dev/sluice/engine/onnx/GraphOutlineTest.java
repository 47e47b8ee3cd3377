package dev.sluice.engine.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class GraphOutlineTest {
  private final List<GraphOutline.Node> nodes = new ArrayList<>();

  private void node(String output, String op, String... inputs) {
    nodes.add(new GraphOutline.Node(op, "", List.of(inputs), List.of(output)));
  }

  /** The weights are w; the input is x. */
  private boolean isBound(DataType... inputs) {
    List<TensorSpec> specs = new ArrayList<>();
    for (DataType dtype : inputs) {
      specs.add(new TensorSpec("x", dtype, false, Shape.unknownRank(), "x"));
    }
    return new GraphOutline(nodes, Set.of("w"), false).isShapeBound(specs);
  }

  @Test
  void layersAreBound() {
    node("y", "Gemm", "x", "w");
    node("z", "Relu", "y");
    assertTrue(isBound(DataType.FLOAT));
  }

  @Test
  void everyUnknownOperationIsNot() {
    for (String op : List.of("Loop", "If", "Scan", "NonZero", "RandomNormal", "SomethingNew")) {
      nodes.clear();
      node("y", "Relu", "x");
      node("z", op, "y");
      assertFalse(isBound(DataType.FLOAT), op);
    }
  }

  @Test
  void operationsOfOtherSetsAreUnknown() {
    nodes.add(new GraphOutline.Node("Relu", "my.own", List.of("x"), List.of("y")));
    assertFalse(isBound(DataType.FLOAT));
    nodes.set(0, new GraphOutline.Node("Scaler", "ai.onnx.ml", List.of("x"), List.of("y")));
    assertTrue(isBound(DataType.FLOAT));
  }

  @Test
  void operationsThatTheModelDefinesAreUnknown() {
    node("y", "Relu", "x");
    assertFalse(new GraphOutline(nodes, Set.of(), true).isShapeBound(List.of()));
    assertTrue(new GraphOutline(nodes, Set.of(), false).isShapeBound(List.of()));
  }

  @Test
  void stringsAreNot() {
    node("y", "LabelEncoder", "x");
    assertTrue(isBound(DataType.INT64));
    assertFalse(isBound(DataType.STRING));
  }

  @Test
  void shapesMayComeFromConstantsAndFromShapes() {
    node("c", "Constant");
    node("a", "Reshape", "x", "c");
    node("b", "Slice", "a", "w", "w", "", "w");
    node("s", "Shape", "b");
    node("z", "Reshape", "b", "s");
    assertTrue(isBound(DataType.FLOAT));
  }

  @Test
  void shapesThatMayBeValuesAreNot() {
    node("s", "Shape", "x");
    node("z", "Expand", "x", "s");
    assertTrue(isBound(DataType.FLOAT, DataType.BOOL));
    assertFalse(isBound(DataType.FLOAT, DataType.INT64));
    node("i", "Cast", "x");
    assertFalse(isBound(DataType.FLOAT));
  }

  @Test
  void realModelsAreReadWithTheirWeightsLeftOut() throws Exception {
    GraphOutline outline =
        GraphReader.read(Models.directory("wine_tf2onnx/1").resolve("model.onnx"));
    assertTrue(outline.isShapeBound(List.of()));
    for (String model : List.of("onnx/loop", "cancer_sklearn_onnx")) {
      // Of the forest, version 2, and of the loop nobody knows.
      String version = model.startsWith("cancer") ? "2" : "1";
      outline = GraphReader.read(Models.directory(model).resolve(version).resolve("model.onnx"));
      assertEquals(false, outline.isShapeBound(List.of()), model);
    }
  }
}
