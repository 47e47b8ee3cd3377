package dev.sluice.loadtest.input;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.ByteString;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.protos.tensorflow.TensorInfo;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads the inputs of a JSON predict request, in the row form or by columns. */
public final class JsonInput {
  private static final String BYTES = "b64";

  private JsonInput() {}

  /**
   * Returns the inputs of a body.
   *
   * @throws InputException if the body is none, or does not fit the signature
   */
  public static List<InputTensor> read(JsonObject body, SignatureDef signature)
      throws InputException {
    Map<String, JsonElement> columns;
    if (body.get("instances") instanceof JsonArray rows) {
      columns = rows(rows, signature);
    } else if (body.has("inputs")) {
      columns = columns(body.get("inputs"), signature);
    } else {
      throw new InputException("expected a body with \"instances\" or \"inputs\"");
    }
    List<InputTensor> inputs = new ArrayList<>();
    for (var column : columns.entrySet()) {
      TensorInfo info = signature.getInputsMap().get(column.getKey());
      if (info == null) {
        throw new InputException(
            "no input %s in the signature, which has %s"
                .formatted(column.getKey(), String.join(", ", names(signature))));
      }
      inputs.add(new Reader(column.getKey(), info.getDtype()).read(column.getValue()));
    }
    return inputs;
  }

  private static Set<String> names(SignatureDef signature) {
    return new TreeMap<>(signature.getInputsMap()).keySet();
  }

  private static Map<String, JsonElement> rows(JsonArray rows, SignatureDef signature)
      throws InputException {
    if (rows.isEmpty()) {
      throw new InputException("\"instances\" is empty");
    }
    if (!isNamed(rows.get(0))) {
      return Map.of(only(signature), rows);
    }
    Map<String, JsonElement> columns = new TreeMap<>();
    for (JsonElement row : rows) {
      if (!isNamed(row) || !row.getAsJsonObject().keySet().equals(names(rows.get(0)))) {
        throw new InputException("rows of \"instances\" have different inputs");
      }
      for (var value : row.getAsJsonObject().entrySet()) {
        columns
            .computeIfAbsent(value.getKey(), name -> new JsonArray())
            .getAsJsonArray()
            .add(value.getValue());
      }
    }
    return columns;
  }

  private static Set<String> names(JsonElement row) {
    return row.getAsJsonObject().keySet();
  }

  private static Map<String, JsonElement> columns(JsonElement inputs, SignatureDef signature)
      throws InputException {
    return isNamed(inputs) ? inputs.getAsJsonObject().asMap() : Map.of(only(signature), inputs);
  }

  /** Returns true for an object that is not a string in base64. */
  private static boolean isNamed(JsonElement element) {
    return element.isJsonObject() && !isBytes(element);
  }

  private static boolean isBytes(JsonElement element) {
    return element instanceof JsonObject object
        && object.size() == 1
        && object.get(BYTES) instanceof JsonPrimitive;
  }

  private static String only(SignatureDef signature) throws InputException {
    Set<String> names = names(signature);
    if (names.size() != 1) {
      throw new InputException(
          "the signature has %d inputs (%s), and the values have no names"
              .formatted(names.size(), String.join(", ", names)));
    }
    return names.iterator().next();
  }

  /** Flattens nested lists. */
  private static final class Reader {
    private final String name;
    private final DataType dtype;
    private final List<Integer> shape = new ArrayList<>();
    private final List<JsonElement> elements = new ArrayList<>();

    Reader(String name, DataType dtype) {
      this.name = name;
      this.dtype = dtype;
    }

    InputTensor read(JsonElement nested) throws InputException {
      for (JsonElement first = nested; first instanceof JsonArray list; ) {
        shape.add(list.size());
        if (list.isEmpty()) {
          break;
        }
        first = list.get(0);
      }
      gather(nested, 0);
      try {
        return new InputTensor(name, dtype, shape, values());
      } catch (IllegalArgumentException | ArithmeticException | UnsupportedOperationException e) {
        throw new InputException("the input %s has a value that is no %s".formatted(name, dtype));
      }
    }

    private void gather(JsonElement nested, int depth) throws InputException {
      if (depth == shape.size()) {
        if (!nested.isJsonPrimitive() && !isBytes(nested)) {
          throw new InputException("the input %s has lists of different depth".formatted(name));
        }
        elements.add(nested);
        return;
      }
      if (!(nested instanceof JsonArray list) || list.size() != shape.get(depth)) {
        throw new InputException("the input %s has lists of different length".formatted(name));
      }
      for (JsonElement part : list) {
        gather(part, depth + 1);
      }
    }

    private Values values() throws InputException {
      return switch (DataKind.of(dtype)) {
        case REAL ->
            new Values.Reals(elements.stream().mapToDouble(JsonElement::getAsDouble).toArray());
        case INTEGER -> new Values.Integers(elements.stream().mapToLong(Reader::integer).toArray());
        case BOOLEAN -> booleans();
        case TEXT -> new Values.Texts(elements.stream().map(Reader::text).toList());
        case OTHER ->
            throw new InputException(
                "the input %s is %s, which JSON cannot carry".formatted(name, dtype));
      };
    }

    /** Exact, and with {@code 3.0} and {@code 1e2}; of unsigned 64-bit numbers the bits. */
    private static long integer(JsonElement element) {
      BigDecimal value = element.getAsBigDecimal();
      return value.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
          ? value.toBigIntegerExact().longValue()
          : value.longValueExact();
    }

    private Values booleans() throws InputException {
      boolean[] values = new boolean[elements.size()];
      for (int i = 0; i < values.length; i++) {
        if (!elements.get(i).getAsJsonPrimitive().isBoolean()) {
          throw new InputException("the input %s has a value that is no DT_BOOL".formatted(name));
        }
        values[i] = elements.get(i).getAsBoolean();
      }
      return new Values.Booleans(values);
    }

    private static ByteString text(JsonElement element) {
      return element instanceof JsonObject bytes
          ? ByteString.copyFrom(Base64.getDecoder().decode(bytes.get(BYTES).getAsString()))
          : ByteString.copyFromUtf8(element.getAsString());
    }
  }
}
