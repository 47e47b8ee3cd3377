package dev.sluice.api.oip.json;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import dev.sluice.api.json.ArraySizes;
import dev.sluice.api.json.FloatRuns;
import dev.sluice.api.json.JsonErrors;
import dev.sluice.api.json.JsonMembers;
import dev.sluice.api.json.JsonObject;
import dev.sluice.api.json.JsonScanner;
import dev.sluice.api.json.JsonStrings;
import dev.sluice.api.json.ShapeReader;
import dev.sluice.api.json.ValueWalk;
import dev.sluice.api.oip.Parameters;
import dev.sluice.api.oip.PartCounts;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A request to infer: JSON whose syntax has been checked, and raw bytes behind it.
 *
 * <p>Members that nobody knows are ignored, and null stands for an absent one; of members with the
 * same name the first counts. The bytes belong to the caller and must not change while the body is
 * in use, by the thread that read it.
 */
public final class InferBody implements JsonMembers {
  private static final int ABSENT = -1;

  private final String model;
  private final byte[] bytes;
  private final int jsonLength;
  private final int length;
  private final ArraySizes sizes = ArraySizes.withEnds();
  private final PartCounts counts = new PartCounts();
  private final FloatRuns floats = FloatRuns.ofThread();
  private final ParameterReader parameterReader;
  private int document;
  private int idValue = ABSENT;
  private int parametersValue = ABSENT;
  private int inputsValue = ABSENT;
  private int outputsValue = ABSENT;
  private String id = "";
  private Parameters parameters = ParameterReader.NONE;
  private List<InferInput> inputs = List.of();
  private List<InferOutput> outputs = List.of();

  private InferBody(String model, byte[] bytes, int jsonLength, int length) {
    this.model = model;
    this.bytes = bytes;
    this.jsonLength = jsonLength;
    this.length = length;
    this.parameterReader = new ParameterReader(bytes, sizes, counts);
  }

  /**
   * Reads a body, but for the values of tensors.
   *
   * @param model whose it is, for messages
   * @param bytes hold the body from their beginning on, and may be longer
   * @param jsonLength how many of the bytes are JSON
   * @param length how many of the bytes are the body
   * @throws ServingException INVALID_ARGUMENT if the JSON is none, or not such a request
   */
  public static InferBody read(String model, byte[] bytes, int jsonLength, int length)
      throws ServingException {
    if (jsonLength == 0) {
      throw JsonErrors.emptyBody();
    }
    InferBody body = new InferBody(model, bytes, jsonLength, length);
    int root = new JsonScanner(bytes, 0, jsonLength, body, body.floats).scanWhole();
    body.document = body.floats.document();
    if (bytes[root] != '{') {
      throw body.invalid("expected an object as the request, found %s", body.type(root));
    }
    body.readHead();
    return body;
  }

  private void readHead() throws ServingException {
    if (isGiven(idValue)) {
      if (bytes[idValue] != '"') {
        throw invalid("expected a string as the request's id, found %s", type(idValue));
      }
      id = JsonStrings.text(bytes, idValue);
    }
    if (isGiven(parametersValue)) {
      parameters = parameterReader.read(parametersValue, "the request");
    }
    if (!isGiven(inputsValue)) {
      throw invalid("expected the member \"inputs\" in the request, found none");
    }
    inputs = new ArrayList<>();
    for (int at = first(inputsValue, "inputs"); bytes[at] != ']'; ) {
      counts.addInput();
      JsonObject input = object(at, "input", inputs.size());
      inputs.add(input(input));
      at = ValueWalk.next(bytes, input.end());
    }
    if (isGiven(outputsValue)) {
      outputs = new ArrayList<>();
      for (int at = first(outputsValue, "outputs"); bytes[at] != ']'; ) {
        counts.addOutput();
        JsonObject output = object(at, "output", outputs.size());
        outputs.add(output(output));
        at = ValueWalk.next(bytes, output.end());
      }
    }
  }

  private boolean isGiven(int position) {
    return position != ABSENT && bytes[position] != 'n';
  }

  private int first(int array, String name) throws ServingException {
    if (bytes[array] != '[') {
      throw invalid("expected an array of %s, found %s", name, type(array));
    }
    return ValueWalk.space(bytes, array + 1);
  }

  private InferInput input(JsonObject object) throws ServingException {
    int name = ABSENT;
    int datatype = ABSENT;
    int shape = ABSENT;
    int given = ABSENT;
    int data = ABSENT;
    while (object.next()) {
      if (name == ABSENT && object.is("name")) {
        name = object.value();
      } else if (datatype == ABSENT && object.is("datatype")) {
        datatype = object.value();
      } else if (shape == ABSENT && object.is("shape")) {
        shape = object.value();
      } else if (data == ABSENT && object.is("data")) {
        data = object.value();
      } else if (given == ABSENT && object.is("parameters")) {
        given = object.value();
      }
    }
    String label = name(name, "input", inputs.size());
    return new InferInput(
        label,
        datatype(datatype, label),
        shape(shape, label),
        parameters(given, "input ", label),
        isGiven(data) ? data : ABSENT);
  }

  private InferOutput output(JsonObject object) throws ServingException {
    int name = ABSENT;
    int given = ABSENT;
    while (object.next()) {
      if (name == ABSENT && object.is("name")) {
        name = object.value();
      } else if (given == ABSENT && object.is("parameters")) {
        given = object.value();
      }
    }
    String label = name(name, "output", outputs.size());
    return new InferOutput(label, parameters(given, "output ", label));
  }

  private JsonObject object(int position, String kind, int index) throws ServingException {
    if (bytes[position] != '{') {
      throw invalid("%s %d: expected an object, found %s", kind, index, type(position));
    }
    return new JsonObject(bytes, sizes, position);
  }

  private String name(int position, String kind, int index) throws ServingException {
    if (!isGiven(position)) {
      throw invalid("%s %d: expected the member \"name\", found none", kind, index);
    }
    if (bytes[position] != '"') {
      throw invalid("%s %d: expected a string as its name, found %s", kind, index, type(position));
    }
    return JsonStrings.text(bytes, position);
  }

  private String datatype(int position, String input) throws ServingException {
    if (!isGiven(position)) {
      throw invalid("input %s: expected the member \"datatype\", found none", input);
    }
    if (bytes[position] != '"') {
      throw invalid("input %s: expected a string as datatype, found %s", input, type(position));
    }
    return JsonStrings.text(bytes, position);
  }

  private Shape shape(int position, String input) throws ServingException {
    if (!isGiven(position)) {
      throw invalid("input %s: expected the member \"shape\", found none", input);
    }
    long[] shape = ShapeReader.listed(bytes, sizes, position);
    if (shape == null) {
      throw invalid(
          "input %s: expected a shape of at most %d whole numbers that are not negative, found"
              + " another value",
          input, ShapeReader.MAX_RANK);
    }
    return Shape.owning(shape);
  }

  private Parameters parameters(int position, String kind, String label) throws ServingException {
    return isGiven(position) ? parameterReader.read(position, kind + label) : ParameterReader.NONE;
  }

  private String type(int position) {
    return JsonErrors.typeName(bytes[position]);
  }

  @FormatMethod
  private ServingException invalid(@FormatString String format, Object... values) {
    return ServingException.invalidArgument("Model " + model + ": " + format.formatted(values));
  }

  /** Returns what the client calls the request; empty if it has no name. */
  public String id() {
    return id;
  }

  /** Returns the request's own parameters. */
  public Parameters parameters() {
    return parameters;
  }

  /** Returns the inputs, in their order. */
  public List<InferInput> inputs() {
    return inputs;
  }

  /** Returns the outputs asked for; none means all. */
  public List<InferOutput> outputs() {
    return outputs;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Returns where the raw bytes begin. */
  int rawStart() {
    return jsonLength;
  }

  /** Returns how many raw bytes there are. */
  int rawLength() {
    return length - jsonLength;
  }

  /** Returns the numbers that the syntax pass has read already. */
  FloatRuns floats() {
    return floats.ifOf(document);
  }

  @Override
  public ArraySizes sizes() {
    return sizes;
  }

  @Override
  public void noteMember(int name, int nameEnd, int value) {
    if (inputsValue == ABSENT && JsonStrings.matches(bytes, name, nameEnd, "inputs")) {
      inputsValue = value;
    } else if (outputsValue == ABSENT && JsonStrings.matches(bytes, name, nameEnd, "outputs")) {
      outputsValue = value;
    } else if (idValue == ABSENT && JsonStrings.matches(bytes, name, nameEnd, "id")) {
      idValue = value;
    } else if (parametersValue == ABSENT
        && JsonStrings.matches(bytes, name, nameEnd, "parameters")) {
      parametersValue = value;
    }
  }

  @Override
  public boolean isNotedMember(int position) {
    return position == inputsValue;
  }
}
