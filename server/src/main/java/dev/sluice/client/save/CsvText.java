package dev.sluice.client.save;

import com.google.protobuf.ByteString;
import dev.sluice.client.tensor.Indices;
import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.Rows;
import dev.sluice.client.tensor.Values;
import dev.sluice.protos.tensorflow.DataType;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Outputs as CSV (RFC 4180), a line a row, a column an element: {@code scores[0]}. */
final class CsvText {
  private static final String LINE_END = "\n";

  private CsvText() {}

  static String of(List<NamedTensor> outputs) throws InputException {
    int rows = Rows.common(outputs);
    if (rows < 0) {
      throw new InputException(
          "CSV holds outputs with the same number of rows; write .json or .npz for these");
    }
    StringBuilder text = new StringBuilder();
    List<String> fields = new ArrayList<>();
    for (NamedTensor output : outputs) {
      List<Integer> row = row(output);
      for (int i = 0; i < NamedTensor.elements(row); i++) {
        fields.add(output.name() + Indices.of(row, i));
      }
    }
    line(text, fields);
    for (int row = 0; row < rows; row++) {
      fields.clear();
      for (NamedTensor output : outputs) {
        int width = NamedTensor.elements(row(output));
        for (int i = 0; i < width; i++) {
          fields.add(element(output, row * width + i));
        }
      }
      line(text, fields);
    }
    return text.toString();
  }

  private static List<Integer> row(NamedTensor output) {
    return output.shape().subList(1, output.shape().size());
  }

  private static void line(StringBuilder text, List<String> fields) {
    for (int i = 0; i < fields.size(); i++) {
      text.append(i == 0 ? "" : ",").append(quoted(fields.get(i)));
    }
    text.append(LINE_END);
  }

  private static String quoted(String field) {
    return field.chars().anyMatch(letter -> ",\"\r\n".indexOf(letter) >= 0)
        ? '"' + field.replace("\"", "\"\"") + '"'
        : field;
  }

  private static String element(NamedTensor output, int at) {
    return switch (output.values()) {
      case Values.Reals(double[] elements) ->
          output.dtype() == DataType.DT_DOUBLE
              ? Double.toString(elements[at])
              : Float.toString((float) elements[at]);
      case Values.Integers(long[] elements) ->
          output.dtype() == DataType.DT_UINT64
              ? Long.toUnsignedString(elements[at])
              : Long.toString(elements[at]);
      case Values.Booleans(boolean[] elements) -> Boolean.toString(elements[at]);
      case Values.Texts(List<ByteString> elements) -> text(elements.get(at));
    };
  }

  /** Bytes that are no text go as base64, as they do in JSON. */
  private static String text(ByteString bytes) {
    return bytes.isValidUtf8()
        ? bytes.toStringUtf8()
        : Base64.getEncoder().encodeToString(bytes.toByteArray());
  }
}
