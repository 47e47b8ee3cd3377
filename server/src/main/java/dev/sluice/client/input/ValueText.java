package dev.sluice.client.input;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.JsonInput;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.TensorSpec;
import dev.sluice.protos.tensorflow.DataType;
import java.util.List;

/** A value on the command line: {@code 42}, {@code 1,2,3}, {@code [[1,2],[3,4]]}, or text. */
final class ValueText {
  private ValueText() {}

  static NamedTensor tensor(TensorSpec spec, String text) throws InputException {
    String place = "--input=" + spec.name();
    if (text.startsWith("[")) {
      return json(spec, text, place);
    }
    List<String> texts =
        spec.dtype() == DataType.DT_STRING ? List.of(text) : ListText.split(text, spec.dtype());
    List<Integer> shape =
        spec.flatShape(texts.size())
            .orElseThrow(
                () ->
                    new InputException(
                        "%s: expected %s, found %d values"
                            .formatted(place, spec.text(), texts.size())));
    return TextValues.tensor(spec, shape, texts, _ -> place);
  }

  private static NamedTensor json(TensorSpec spec, String text, String place)
      throws InputException {
    JsonElement nested;
    try {
      nested = JsonParser.parseString(text);
    } catch (JsonParseException e) {
      throw new InputException("%s: no JSON list: %s".formatted(place, e.getMessage()));
    }
    NamedTensor tensor = JsonInput.tensor(spec.name(), spec.dtype(), nested);
    // A list of one dimension may stand for the only row.
    return spec.fits(tensor.shape()) || tensor.shape().size() != 1
        ? tensor
        : spec.flatShape(tensor.values().count())
            .map(shape -> new NamedTensor(spec.name(), spec.dtype(), shape, tensor.values()))
            .orElse(tensor);
  }
}
