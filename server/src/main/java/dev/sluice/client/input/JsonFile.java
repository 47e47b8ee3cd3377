package dev.sluice.client.input;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.JsonInput;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.TensorSpec;
import dev.sluice.protos.tensorflow.SignatureDef;
import java.util.List;
import java.util.Optional;

/** JSON as inputs: the body of a request, a list of instances, or an object of columns. */
final class JsonFile {
  private static final String ROWS = "instances";
  private static final String COLUMNS = "inputs";
  private static final String SIGNATURE = "signature_name";

  private final String source;
  private final String signatureName;
  private final SignatureDef signature;

  JsonFile(String source, String signatureName, SignatureDef signature) {
    this.source = source;
    this.signatureName = signatureName;
    this.signature = signature;
  }

  /**
   * Returns the inputs in a text.
   *
   * @param named the one input that it is the value of; empty if it names its inputs itself
   */
  List<NamedTensor> read(String text, Optional<TensorSpec> named) throws InputException {
    try {
      JsonElement json = JsonParser.parseString(text);
      if (named.isPresent()) {
        TensorSpec spec = named.get();
        return List.of(JsonInput.tensor(spec.name(), spec.dtype(), json));
      }
      JsonObject body = body(json);
      if (body.get(SIGNATURE) instanceof JsonPrimitive name
          && !name.getAsString().equals(signatureName)) {
        throw new InputException(
            "is for the signature %s: add --signature=%s"
                .formatted(name.getAsString(), name.getAsString()));
      }
      return JsonInput.read(body, signature);
    } catch (JsonParseException e) {
      throw new InputException("%s: not JSON: %s".formatted(source, e.getMessage()));
    } catch (InputException e) {
      throw new InputException(source + ": " + e.getMessage());
    }
  }

  private static JsonObject body(JsonElement json) {
    if (json instanceof JsonObject object
        && (object.get(ROWS) instanceof JsonArray || object.has(COLUMNS))) {
      return object;
    }
    JsonObject body = new JsonObject();
    body.add(json instanceof JsonArray ? ROWS : COLUMNS, json);
    return body;
  }
}
