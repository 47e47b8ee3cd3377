package dev.sluice.client.tensor;

import com.google.gson.JsonPrimitive;
import com.google.protobuf.ByteString;
import dev.sluice.protos.tensorflow.DataType;
import java.util.Base64;
import java.util.List;

/** Writes tensors as the JSON body of a predict request, or of an answer. */
public final class TensorJson {
  private final StringBuilder json = new StringBuilder();

  private TensorJson() {}

  /**
   * Returns a body: in the row form if all inputs have the same first dimension, else by columns.
   *
   * @param signature the signature's name; empty to leave it out
   */
  public static String request(String signature, List<NamedTensor> inputs) {
    TensorJson writer = begin(signature);
    if (haveSameRows(inputs)) {
      writer.rows(inputs);
    } else {
      writer.columns("inputs", inputs);
    }
    return writer.json.append('}').toString();
  }

  /** Returns a body by columns, whatever the shapes: the answer is by columns too. */
  public static String columnRequest(String signature, List<NamedTensor> inputs) {
    TensorJson writer = begin(signature);
    writer.columns("inputs", inputs);
    return writer.json.append('}').toString();
  }

  /** Returns tensors as a server answers them by columns. */
  public static String answer(List<NamedTensor> outputs) {
    TensorJson writer = begin("");
    writer.columns("outputs", outputs);
    return writer.json.append('}').toString();
  }

  private static TensorJson begin(String signature) {
    TensorJson writer = new TensorJson();
    writer.json.append('{');
    if (!signature.isEmpty()) {
      writer.json.append("\"signature_name\":").append(quoted(signature)).append(',');
    }
    return writer;
  }

  private static boolean haveSameRows(List<NamedTensor> inputs) {
    return !inputs.isEmpty()
        && inputs.stream()
            .allMatch(
                input ->
                    !input.shape().isEmpty()
                        && input.shape().getFirst().equals(rows(inputs.getFirst())));
  }

  private static int rows(NamedTensor input) {
    return input.shape().isEmpty() ? -1 : input.shape().getFirst();
  }

  private void rows(List<NamedTensor> inputs) {
    json.append("\"instances\":[");
    for (int row = 0; row < rows(inputs.getFirst()); row++) {
      json.append(row == 0 ? "" : ",");
      if (inputs.size() == 1) {
        row(inputs.getFirst(), row);
      } else {
        json.append('{');
        for (int i = 0; i < inputs.size(); i++) {
          json.append(i == 0 ? "" : ",").append(quoted(inputs.get(i).name())).append(':');
          row(inputs.get(i), row);
        }
        json.append('}');
      }
    }
    json.append(']');
  }

  private void row(NamedTensor input, int row) {
    int size = input.values().count() / rows(input);
    nested(input, 1, row * size, size);
  }

  private void columns(String member, List<NamedTensor> inputs) {
    json.append('"').append(member).append("\":{");
    for (int i = 0; i < inputs.size(); i++) {
      NamedTensor input = inputs.get(i);
      json.append(i == 0 ? "" : ",").append(quoted(input.name())).append(':');
      nested(input, 0, 0, input.values().count());
    }
    json.append('}');
  }

  /**
   * Writes the part of a tensor that a prefix of its indices picks.
   *
   * @param depth how many indices the prefix has
   * @param from where the part begins, of {@code size} elements
   */
  private void nested(NamedTensor input, int depth, int from, int size) {
    if (depth == input.shape().size()) {
      element(input, from);
      return;
    }
    json.append('[');
    int parts = input.shape().get(depth);
    for (int i = 0; i < parts; i++) {
      json.append(i == 0 ? "" : ",");
      nested(input, depth + 1, from + i * (size / parts), size / parts);
    }
    json.append(']');
  }

  private void element(NamedTensor input, int at) {
    switch (input.values()) {
      case Values.Reals(double[] elements) -> {
        // The shortest text of what is sent: of a float fewer digits than of a double.
        if (input.dtype() == DataType.DT_DOUBLE) {
          json.append(elements[at]);
        } else {
          json.append((float) elements[at]);
        }
      }
      case Values.Integers(long[] elements) ->
          json.append(
              input.dtype() == DataType.DT_UINT64
                  ? Long.toUnsignedString(elements[at])
                  : Long.toString(elements[at]));
      case Values.Booleans(boolean[] elements) -> json.append(elements[at]);
      case Values.Texts(List<ByteString> elements) -> text(elements.get(at));
    }
  }

  private void text(ByteString text) {
    if (text.isValidUtf8()) {
      json.append(quoted(text.toStringUtf8()));
    } else {
      String encoded = Base64.getEncoder().encodeToString(text.toByteArray());
      json.append("{\"b64\":\"").append(encoded).append("\"}");
    }
  }

  private static String quoted(String text) {
    return new JsonPrimitive(text).toString();
  }
}
