package dev.sluice.client;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.JsonInput;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/** Reads an answer by columns. */
final class Answer {
  private Answer() {}

  /**
   * Returns the outputs that an answer has.
   *
   * @param specs all outputs of the signature
   * @throws ServerException if it is no answer, or another than the signature says
   */
  static List<NamedTensor> outputs(String answer, List<TensorSpec> specs) throws ServerException {
    try {
      if (!(JsonParser.parseString(answer) instanceof JsonObject body) || !body.has("outputs")) {
        throw new InputException("no \"outputs\" in it");
      }
      JsonElement outputs = body.get("outputs");
      List<NamedTensor> tensors = new ArrayList<>();
      for (TensorSpec spec : specs) {
        JsonElement output = specs.size() == 1 ? outputs : member(outputs, spec.name());
        tensors.add(JsonInput.tensor(spec.name(), spec.dtype(), output));
      }
      return tensors;
    } catch (JsonParseException | InputException e) {
      throw new ServerException(
          "the answer is not what the signature says: %s (--json shows it)"
              .formatted(e.getMessage()));
    }
  }

  private static JsonElement member(JsonElement outputs, String name) throws InputException {
    if (outputs instanceof JsonObject object && object.has(name)) {
      return object.get(name);
    }
    throw new InputException("no output " + name);
  }
}
