package dev.sluice.api.tfs.json;

import dev.sluice.api.json.JsonErrors;
import dev.sluice.api.json.JsonStrings;
import dev.sluice.api.json.ShapeReader;
import dev.sluice.api.json.ValueWalk;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;

/** Converts {@code inputs}: one value, or an object with one member per input. */
final class ColumnarInputs {
  private final JsonBody body;
  private final byte[] bytes;
  private final Signature signature;
  private final InputSink sink;

  ColumnarInputs(JsonBody body, Signature signature, InputSink sink) {
    this.body = body;
    this.bytes = body.bytes();
    this.signature = signature;
    this.sink = sink;
  }

  void fill() throws ServingException {
    int value = body.inputs();
    if (ValueWalk.isPlainObject(bytes, value)) {
      fillNamed(value);
    } else if (signature.inputs().size() > 1) {
      throw ServingException.invalidArgument(
          "inputs is a plain value/list, but expecting an object as multiple input tensors required"
              + " as per tensorinfo_map");
    } else {
      fillOne(0, value);
    }
  }

  private void fillNamed(int open) throws ServingException {
    InputNames names = new InputNames(bytes, signature);
    boolean[] seen = new boolean[signature.inputs().size()];
    int position = ValueWalk.space(bytes, open + 1);
    for (int member = 0; bytes[position] != '}'; member++) {
      int nameEnd = JsonStrings.end(bytes, position);
      int value = ValueWalk.memberValue(bytes, nameEnd);
      int input = names.indexOf(position, nameEnd, member);
      int end;
      if (input < 0 || seen[input]) {
        end = ValueWalk.end(bytes, value);
      } else {
        seen[input] = true;
        end = fillOne(input, value);
      }
      position = ValueWalk.next(bytes, end);
    }
    for (int input = 0; input < seen.length; input++) {
      if (!seen[input]) {
        throw ServingException.invalidArgument(
            "Missing named input: "
                + signature.inputs().get(input).name()
                + " in 'inputs' object.");
      }
    }
  }

  private int fillOne(int input, int value) throws ServingException {
    TensorSpec spec = signature.inputs().get(input);
    int end = new InputSlot(body, sink, input, spec).readWhole(value);
    if (end >= 0) {
      return end;
    }
    long[] dims = ShapeReader.dims(body.bytes(), body.sizes(), value, 0);
    ServingException problem = ValueCheck.find(bytes, value, dims, new InputType(spec));
    if (problem != null) {
      throw problem;
    }
    if (dims.length > ShapeReader.MAX_RANK) {
      throw JsonErrors.tooManyDimensions(spec.name());
    }
    throw new IllegalStateException("a value without a fault was not converted");
  }
}
