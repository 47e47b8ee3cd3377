package dev.sluice.api.tfs.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.api.json.JsonTexts;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Compares conversion with a plain, recursive reading of rest.md §4.5 on random values, most of
 * them nearly regular arrays.
 */
final class ConversionErrorsTest {
  private static final int ROUNDS = 15_000;
  private static final Signature FLOAT = JsonTestSupport.signature(DataType.FLOAT);

  private final Random random = JsonTexts.random("ConversionErrorsTest");

  /** An array, or a scalar in the form in which messages quote it. */
  private sealed interface Node {
    record Array(List<Node> elements) implements Node {}

    record Scalar(String text) implements Node {}
  }

  @Test
  void columnsFailAsTheSpecificationSays() {
    for (int i = 0; i < ROUNDS; i++) {
      Node value = spoiled(regular(dims(), 0));
      String expected = problem(value, 0, shape(value));
      assertEquals(expected, outcome("{\"inputs\":" + text(value) + "}"));
    }
  }

  @Test
  void rowsFailAsTheSpecificationSays() {
    for (int i = 0; i < ROUNDS; i++) {
      Node value = spoiled(regular(dims(), 0));
      if (value instanceof Node.Array(List<Node> elements) && !elements.isEmpty()) {
        assertEquals(rowProblem(elements), outcome("{\"instances\":" + text(value) + "}"));
      }
    }
  }

  private static @Nullable String outcome(String json) {
    try {
      JsonTestSupport.echo(json, FLOAT);
      return null;
    } catch (ServingException e) {
      return e.text();
    }
  }

  private int[] dims() {
    int[] dims = new int[1 + random.nextInt(4)];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = random.nextInt(i == dims.length - 1 ? 0 : 1, 4);
    }
    return dims;
  }

  private Node regular(int[] dims, int axis) {
    if (axis == dims.length) {
      return new Node.Scalar(random.nextInt(100) + ".5");
    }
    List<Node> elements = new ArrayList<>();
    for (int i = 0; i < dims[axis]; i++) {
      elements.add(regular(dims, axis + 1));
    }
    return new Node.Array(elements);
  }

  /** Changes a few things somewhere inside. */
  private Node spoiled(Node node) {
    int times = random.nextInt(4);
    for (int i = 0; i < times; i++) {
      spoil(node);
    }
    return node;
  }

  private void spoil(Node node) {
    if (!(node instanceof Node.Array(List<Node> elements))) {
      return;
    }
    if (!elements.isEmpty() && random.nextInt(4) > 0) {
      spoil(elements.get(random.nextInt(elements.size())));
      if (random.nextInt(3) > 0) {
        return;
      }
    }
    int at = random.nextInt(elements.size() + 1);
    switch (random.nextInt(4)) {
      case 0 -> elements.add(at, scalar());
      case 1 -> elements.add(at, regular(dims(), 0));
      case 2 -> elements.addAll(elements.isEmpty() ? List.of() : List.of(elements.getFirst()));
      default -> {
        if (at < elements.size()) {
          elements.remove(at);
        }
      }
    }
  }

  private Node scalar() {
    return new Node.Scalar(
        List.of("1.5", "true", "null", "\"text, [\\\"]\"", "{}").get(random.nextInt(5)));
  }

  private String text(Node node) {
    String space = " ".repeat(random.nextInt(8) == 0 ? random.nextInt(3) : 0);
    return space
        + switch (node) {
          case Node.Scalar(String text) -> text;
          case Node.Array(List<Node> elements) ->
              "["
                  + space
                  + String.join(space + ",", elements.stream().map(this::text).toList())
                  + "]";
        }
        + space;
  }

  private static List<Integer> shape(Node node) {
    List<Integer> shape = new ArrayList<>();
    Node first = node;
    while (first instanceof Node.Array(List<Node> elements)) {
      shape.add(elements.size());
      if (elements.isEmpty()) {
        break;
      }
      first = elements.getFirst();
    }
    return shape;
  }

  private static @Nullable String problem(Node node, int level, List<Integer> shape) {
    return switch (node) {
      case Node.Scalar(String text) -> {
        if (level != shape.size()) {
          yield "JSON Value: %s found at incorrect level: %d in the JSON DOM. Expected at level: %d"
              .formatted(text, level + 1, shape.size());
        }
        yield Character.isDigit(text.charAt(0)) ? null : typeProblem(text);
      }
      case Node.Array(List<Node> elements) -> {
        if (level >= shape.size()) {
          yield "Encountered list at unexpected level: %d expected < %d"
              .formatted(level, shape.size());
        }
        if (elements.size() != shape.get(level)) {
          yield "Encountered list at unexpected size: %d at level: %d expected size: %d"
              .formatted(elements.size(), level, shape.get(level));
        }
        for (Node element : elements) {
          String problem = problem(element, level + 1, shape);
          if (problem != null) {
            yield problem;
          }
        }
        yield null;
      }
    };
  }

  private static String typeProblem(String text) {
    String type =
        switch (text.charAt(0)) {
          case 't' -> "True";
          case 'n' -> "Null";
          case '{' -> "Object";
          default -> "String";
        };
    return "JSON Value: " + text + " Type: " + type + " is not of expected type: float";
  }

  private static boolean isObject(Node node) {
    return node instanceof Node.Scalar(String text) && text.equals("{}");
  }

  private static @Nullable String rowProblem(List<Node> elements) {
    boolean objects = isObject(elements.getFirst());
    List<Integer> shape = shape(elements.getFirst());
    for (int i = 0; i < elements.size(); i++) {
      Node element = elements.get(i);
      if (objects) { // the only objects here are empty ones
        return "Failed to process element: 0 of 'instances' list. JSON object: {} keys must be equal"
            + " to: x";
      }
      if (isObject(element)) {
        return "Expecting value/list but got object at item " + i + " of input list";
      }
      List<Integer> own = shape(element);
      String problem = problem(element, 0, own);
      if (problem == null && size(own) != size(shape)) {
        problem = "Expecting tensor size: " + size(shape) + " but got: " + size(own);
      }
      if (problem == null && !own.equals(shape)) {
        problem = "Expecting shape " + compact(shape) + " but got: " + compact(own);
      }
      if (problem != null) {
        return "Failed to process element: "
            + i
            + " of 'instances' list. Error: INVALID_ARGUMENT: "
            + problem;
      }
    }
    return null;
  }

  private static int size(List<Integer> shape) {
    return shape.stream().reduce(1, (a, b) -> a * b);
  }

  private static String compact(List<Integer> shape) {
    return shape.toString().replace(" ", "");
  }
}
