package dev.sluice.engine.tensorflow;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GraphOutlineTest {
  private final GraphOutline graph = new GraphOutline();

  @BeforeEach
  void addInput() {
    node("x", "Placeholder");
  }

  private static GraphOutline.Work work(String op) {
    return new GraphOutline.Work(op, "");
  }

  private void node(String name, String op, String... inputs) {
    graph.addNode(name, new GraphOutline.Node(work(op), List.of(inputs)));
  }

  private void call(String name, String function, String... inputs) {
    graph.addNode(
        name,
        new GraphOutline.Node(
            new GraphOutline.Work("StatefulPartitionedCall", function), List.of(inputs)));
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
    graph.addFunction("inner", Set.of(work("Relu")));
    graph.addFunction(
        "outer", Set.of(work("MatMul"), new GraphOutline.Work("PartitionedCall", "inner")));
    graph.addFunction("loop", Set.of(work("MatMul"), work("StatelessWhile")));
    call("y", "outer", "x");
    call("z", "loop", "x");
    call("lost", "not in the library", "x");
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
    for (String op : List.of("Slice", "StridedSlice", "SplitV")) {
      node(op, op, "x", "shape");
      assertTrue(isBound(op + ":0"), op);
      assertFalse(graph.isShapeBound(List.of(op + ":0"), true), op);
    }
    node("index", "ArgMax", "x");
    node("z", "Reshape", "x", "index");
    assertFalse(isBound("z:0"));
  }

  @Test
  void tensorsThatTheGraphLacksAreNot() {
    assertFalse(isBound("y:0"));
  }
}
