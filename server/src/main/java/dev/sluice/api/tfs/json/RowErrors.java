package dev.sluice.api.tfs.json;

import dev.sluice.api.json.JsonErrors;
import dev.sluice.api.json.JsonStrings;
import dev.sluice.api.json.ShapeReader;
import dev.sluice.api.json.ValueDump;
import dev.sluice.api.json.ValueWalk;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.Shape;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the first thing that is wrong with {@code instances}, in the reference's order. */
final class RowErrors {
  private final JsonBody body;
  private final byte[] bytes;
  private final Signature signature;

  /** Shapes of the first instance, by input. */
  private final long[] @Nullable [] shapes;

  RowErrors(JsonBody body, Signature signature) {
    this.body = body;
    this.bytes = body.bytes();
    this.signature = signature;
    this.shapes = new long[signature.inputs().size()] @Nullable [];
  }

  /** Returns the error of a list that could not be converted. */
  ServingException find(int first, int count, boolean objects) {
    int position = first;
    for (int i = 0; i < count; i++) {
      ServingException problem = objects ? object(position, i) : value(position, i);
      if (problem != null) {
        return problem;
      }
      position = ValueWalk.next(bytes, ValueWalk.end(bytes, position));
    }
    for (int input = 0; input < shapes.length; input++) {
      long[] shape = shapes[input];
      if (shape != null && shape.length >= ShapeReader.MAX_RANK) { // and the batch dimension
        return JsonErrors.tooManyDimensions(signature.inputs().get(input).name());
      }
    }
    throw new IllegalStateException("instances without a fault were not converted");
  }

  private @Nullable ServingException value(int position, int element) {
    if (ValueWalk.isPlainObject(bytes, position)) {
      return ServingException.invalidArgument(
          "Expecting value/list but got object at item " + element + " of input list");
    }
    ServingException problem = item(position, 0);
    return problem == null ? null : JsonErrors.inElement(element, problem);
  }

  private @Nullable ServingException object(int open, int element) {
    if (!ValueWalk.isPlainObject(bytes, open)) {
      return ServingException.invalidArgument(
          "Expecting object but got list at item " + element + " of input list");
    }
    boolean[] seen = new boolean[shapes.length];
    int found = 0;
    int position = ValueWalk.space(bytes, open + 1);
    while (bytes[position] != '}') {
      String name = JsonStrings.text(bytes, position);
      int value = ValueWalk.memberValue(bytes, JsonStrings.end(bytes, position));
      int input = signature.inputIndex(name);
      if (input < 0) {
        return JsonErrors.inMember(
            element,
            name,
            ServingException.invalidArgument("JSON object: does not have named input: " + name));
      }
      if (!seen[input]) {
        seen[input] = true;
        found++;
        ServingException problem = item(value, input);
        if (problem != null) {
          return JsonErrors.inMember(element, name, problem);
        }
      }
      position = ValueWalk.next(bytes, ValueWalk.end(bytes, value));
    }
    return found == shapes.length ? null : wrongKeys(open, element);
  }

  private ServingException wrongKeys(int open, int element) {
    return ServingException.invalidArgument(
        "Failed to process element: "
            + element
            + " of 'instances' list. JSON object: "
            + ValueDump.of(bytes, open)
            + " keys must be equal to: "
            + signature.inputs().stream().map(TensorSpec::name).collect(Collectors.joining(",")));
  }

  /** Checks one value by itself, then against the first one of the same input. */
  private @Nullable ServingException item(int position, int input) {
    long[] dims = ShapeReader.dims(body.bytes(), body.sizes(), position, 0);
    InputType type = new InputType(signature.inputs().get(input));
    ServingException problem = ValueCheck.find(bytes, position, dims, type);
    if (problem != null) {
      return problem;
    }
    long[] expected = shapes[input];
    if (expected == null) {
      shapes[input] = dims;
      return null;
    }
    return difference(expected, dims);
  }

  private @Nullable ServingException difference(long[] expected, long[] actual) {
    long expectedSize = ShapeReader.elements(expected, Long.MAX_VALUE);
    long actualSize = ShapeReader.elements(actual, Long.MAX_VALUE);
    if (expectedSize != actualSize) {
      return ServingException.invalidArgument(
          "Expecting tensor size: " + expectedSize + " but got: " + actualSize);
    }
    Shape wanted = Shape.of(expected);
    Shape found = Shape.of(actual);
    return wanted.equals(found)
        ? null
        : ServingException.invalidArgument("Expecting shape " + wanted + " but got: " + found);
  }
}
