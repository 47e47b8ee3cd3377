package dev.sluice.engine.tensorflow;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GraphOutlineTest {
  private final GraphOutline graph = new GraphOutline();

  @BeforeEach
  void addInput() {
    node("x", "Placeholder");
  }

  private static GraphOutline.Node work(String op, String... inputs) {
    return new GraphOutline.Node(op, "", List.of(), List.of(inputs));
  }

  private static GraphOutline.Node call(String function, String... inputs) {
    return new GraphOutline.Node("StatefulPartitionedCall", function, List.of(), List.of(inputs));
  }

  private void node(String name, String op, String... inputs) {
    graph.addNode(name, work(op, inputs));
  }

  private boolean isBound(String... fetches) {
    return graph.isShapeBound(List.of(fetches), false);
  }

  @Test
  void layersAreBound() {
    node("w", "Const");
    node("y", "MatMul", "x", "w:0");
    node("z", "Relu", "y:0");
    assertTrue(isBound("z:0"));
  }

  @Test
  void anythingUnknownOnTheWayIsNot() {
    node("y", "SomethingNew", "x");
    node("z", "Relu", "y");
    assertFalse(isBound("z:0"));
  }

  @Test
  void controlInputsCount() {
    node("wait", "QueueDequeueV2");
    node("z", "Relu", "x", "^wait");
    assertFalse(isBound("z:0"));
  }

  @Test
  void whatIsNotFetchedDoesNotCount() {
    node("save", "SaveV2");
    node("z", "Relu", "x");
    assertTrue(isBound("z:0"));
    assertFalse(isBound("z:0", "save:0"));
  }

  @Test
  void functionsAreLookedInto() {
    graph.addFunction("inner", Map.of("a", work("Relu")));
    graph.addFunction("outer", Map.of("a", work("MatMul"), "b", call("inner", "a:product:0")));
    graph.addFunction("loop", Map.of("a", work("MatMul"), "b", work("StatelessWhile")));
    graph.addNode("y", call("outer", "x"));
    graph.addNode("z", call("loop", "x"));
    graph.addNode("lost", call("not in the library", "x"));
    assertTrue(isBound("y:0"));
    assertFalse(isBound("z:0"));
    assertFalse(isBound("y:0", "z:0"));
    assertFalse(isBound("lost:0"));
  }

  @Test
  void aShapeMadeOfValuesIsNot() {
    node("shape", "Shape", "x");
    node("y", "Reshape", "x", "shape");
    assertTrue(isBound("y:0"));
    assertFalse(graph.isShapeBound(List.of("y:0"), true), "whole numbers are fed");
    for (String op : List.of("Slice", "SplitV", "ExpandDims", "Sum", "Transpose", "ConcatV2")) {
      node(op, op, "x", "shape");
      assertTrue(isBound(op + ":0"), op);
      assertFalse(graph.isShapeBound(List.of(op + ":0"), true), op);
    }
    for (String op : List.of("ArgMax", "SelectV2")) {
      node(op, op, "x");
      node("z", "Reshape", "x", op);
      assertFalse(isBound("z:0"), op);
    }
  }

  @Test
  void aShapeMadeOfConstantsIs() {
    node("shape", "Const");
    node("y", "Reshape", "x", "shape");
    node("z", "Concat", "shape", "x", "y", "^x");
    node("index", "ArgMax", "z", "shape");
    assertTrue(graph.isShapeBound(List.of("index:0"), true));
    graph.addFunction(
        "constant", Map.of("axis", work("Const"), "sum", work("Sum", "x", "axis:output:0")));
    graph.addFunction("argument", Map.of("sum", work("Sum", "x", "axis")));
    graph.addNode("a", call("constant", "index"));
    graph.addNode("b", call("argument", "index"));
    assertTrue(graph.isShapeBound(List.of("a:0"), true));
    assertFalse(graph.isShapeBound(List.of("b:0"), true));
  }

  @Test
  void tensorsThatTheGraphLacksAreNot() {
    assertFalse(isBound("y:0"));
  }

  private boolean mayChange(String... fetches) {
    return graph.mayChangeState(List.of(fetches));
  }

  @Test
  void layersChangeNoState() {
    node("w", "ReadVariableOp");
    node("y", "MatMul", "x", "w:0");
    node("z", "ScatterNd", "y");
    node("update", "AssignAddVariableOp", "x");
    assertFalse(mayChange("z:0"), "what is not fetched does not count");
    assertTrue(mayChange("z:0", "update"));
    node("after", "Identity", "z", "^update");
    assertTrue(mayChange("after:0"), "control inputs do");
  }

  @Test
  void stateIsLookedForInFunctionsLoopsAndBranches() {
    graph.addFunction("count", Map.of("a", work("AssignAddVariableOp")));
    graph.addFunction("double", Map.of("a", work("AddV2")));
    for (String op : List.of("While", "If", "Case")) {
      graph.addNode(op, new GraphOutline.Node(op, "", List.of("double", "count"), List.of("x")));
      graph.addNode(
          "pure " + op, new GraphOutline.Node(op, "", List.of("double", "double"), List.of("x")));
      assertTrue(mayChange(op + ":0"), op);
      assertFalse(mayChange("pure " + op + ":0"), op);
    }
    graph.addFunction("outer", Map.of("a", call("count")));
    graph.addNode("y", call("outer", "x"));
    assertTrue(mayChange("y:0"));
    node("by name", "count", "x");
    node("pure by name", "double", "x");
    assertTrue(mayChange("by name:0"));
    assertFalse(mayChange("pure by name:0"));
    graph.addNode("lost", call("not in the library", "x"));
    assertTrue(mayChange("lost:0"));
  }
}
