package dev.sluice.client.tensor;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.ByteString;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.protos.tensorflow.TensorInfo;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads the inputs of a JSON predict request, in the row form or by columns. */
public final class JsonInput {
  private static final String BYTES = "b64";
  private static final int LONGEST_SHOWN = 40;

  private JsonInput() {}

  /**
   * Returns the inputs of a body.
   *
   * @throws InputException if the body is none, or does not fit the signature
   */
  public static List<NamedTensor> read(JsonObject body, SignatureDef signature)
      throws InputException {
    Map<String, JsonElement> columns;
    if (body.get("instances") instanceof JsonArray rows) {
      columns = rows(rows, signature);
    } else if (body.has("inputs")) {
      columns = columns(body.get("inputs"), signature);
    } else {
      throw new InputException("expected a body with \"instances\" or \"inputs\"");
    }
    List<NamedTensor> inputs = new ArrayList<>();
    for (var column : columns.entrySet()) {
      TensorInfo info = signature.getInputsMap().get(column.getKey());
      if (info == null) {
        throw new InputException(
            "no input %s in the signature, which has %s"
                .formatted(column.getKey(), String.join(", ", names(signature))));
      }
      inputs.add(tensor(column.getKey(), info.getDtype(), column.getValue()));
    }
    return inputs;
  }

  /**
   * Returns the tensor that nested lists stand for.
   *
   * @throws InputException if they are ragged, or an element is not of the dtype
   */
  public static NamedTensor tensor(String name, DataType dtype, JsonElement nested)
      throws InputException {
    return new Reader(name, dtype).read(nested);
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
    private DataType dtype;
    private final List<Integer> shape = new ArrayList<>();
    private final List<JsonElement> elements = new ArrayList<>();

    Reader(String name, DataType dtype) {
      this.name = name;
      this.dtype = dtype;
    }

    NamedTensor read(JsonElement nested) throws InputException {
      for (JsonElement first = nested; first instanceof JsonArray list; ) {
        shape.add(list.size());
        if (list.isEmpty()) {
          break;
        }
        first = list.get(0);
      }
      gather(nested, 0);
      dtype = UndeclaredType.ofJson(dtype, elements);
      return new NamedTensor(name, dtype, shape, values());
    }

    private void gather(JsonElement nested, int depth) throws InputException {
      if (depth == shape.size()) {
        if (!nested.isJsonPrimitive() && !isBytes(nested)) {
          throw new InputException("%s has lists of different depth".formatted(name));
        }
        elements.add(nested);
        return;
      }
      if (!(nested instanceof JsonArray list) || list.size() != shape.get(depth)) {
        throw new InputException("%s has lists of different length".formatted(name));
      }
      for (JsonElement part : list) {
        gather(part, depth + 1);
      }
    }

    private Values values() throws InputException {
      DataKind kind = DataKind.of(dtype);
      if (kind == DataKind.OTHER) {
        throw new InputException("%s is %s, which JSON cannot carry".formatted(name, dtype));
      }
      int at = 0;
      try {
        ValuesBuilder values = new ValuesBuilder(kind, elements.size());
        for (; at < elements.size(); at++) {
          put(values, kind, at);
        }
        return values.build();
      } catch (IllegalArgumentException | ArithmeticException | UnsupportedOperationException e) {
        throw new InputException(
            "%s%s: %s is no %s".formatted(name, Indices.of(shape, at), found(at), dtype));
      }
    }

    private void put(ValuesBuilder values, DataKind kind, int at) {
      JsonElement element = elements.get(at);
      switch (kind) {
        case REAL -> values.putReal(at, element.getAsDouble());
        case INTEGER -> values.putInteger(at, WholeNumbers.of(element.getAsBigDecimal(), dtype));
        case BOOLEAN -> values.putBoolean(at, truth(element));
        case TEXT -> values.putText(at, text(element));
        case OTHER -> throw new IllegalStateException("never read");
      }
    }

    private String found(int at) {
      String text = elements.get(at).toString();
      return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "...";
    }

    private static boolean truth(JsonElement element) {
      if (!element.getAsJsonPrimitive().isBoolean()) {
        throw new IllegalArgumentException("no truth value");
      }
      return element.getAsBoolean();
    }

    private static ByteString text(JsonElement element) {
      return element instanceof JsonObject bytes
          ? ByteString.copyFrom(Base64.getDecoder().decode(bytes.get(BYTES).getAsString()))
          : ByteString.copyFromUtf8(element.getAsString());
    }
  }
}
