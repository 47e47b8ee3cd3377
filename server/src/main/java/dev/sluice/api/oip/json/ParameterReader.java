package dev.sluice.api.oip.json;

import dev.sluice.api.json.ArraySizes;
import dev.sluice.api.json.JsonErrors;
import dev.sluice.api.json.JsonObject;
import dev.sluice.api.json.JsonStrings;
import dev.sluice.api.json.NumberReader;
import dev.sluice.api.json.ValueWalk;
import dev.sluice.api.oip.Parameter;
import dev.sluice.api.oip.Parameters;
import dev.sluice.api.oip.PartCounts;
import dev.sluice.servable.ServingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Reads {@code parameters}: an object of strings, numbers and booleans. */
final class ParameterReader {
  static final Parameters NONE = new Parameters("", Map.of());

  private final byte[] bytes;
  private final ArraySizes sizes;
  private final PartCounts counts;

  /** Creates a reader of one request, whose parameters are counted together. */
  ParameterReader(byte[] bytes, ArraySizes sizes, PartCounts counts) {
    this.bytes = bytes;
    this.sizes = sizes;
    this.counts = counts;
  }

  /**
   * Reads the object at a position.
   *
   * @param owner whose parameters they are, for messages
   */
  Parameters read(int position, String owner) throws ServingException {
    if (bytes[position] != '{') {
      throw ServingException.invalidArgument(
          "Parameters of %s: expected an object, found %s"
              .formatted(owner, JsonErrors.typeName(bytes[position])));
    }
    Map<String, Parameter> values = new HashMap<>();
    JsonObject object = new JsonObject(bytes, sizes, position);
    while (object.next()) {
      counts.addParameter();
      add(values, object.name(), object.value());
    }
    return new Parameters(owner, values);
  }

  /** Lists, objects and null stand for nothing that anybody asks for. */
  private void add(Map<String, Parameter> values, String name, int position) {
    switch (bytes[position]) {
      case '"' -> values.put(name, new Parameter.Text(JsonStrings.text(bytes, position)));
      case 't', 'f' -> values.put(name, new Parameter.Bool(bytes[position] == 't'));
      case '[', '{', 'n' -> {}
      default -> values.put(name, number(position));
    }
  }

  private Parameter number(int position) {
    NumberReader number = new NumberReader(bytes, position);
    if (number.readInt64()) {
      return new Parameter.Int(number.integer);
    }
    int end = ValueWalk.scalarEnd(bytes, position);
    String text = new String(bytes, position, end - position, StandardCharsets.US_ASCII);
    // The bare word Inf is no number of Java's.
    return new Parameter.Real(Double.parseDouble(text.endsWith("Inf") ? text + "inity" : text));
  }
}
