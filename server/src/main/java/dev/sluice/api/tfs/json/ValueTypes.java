package dev.sluice.api.tfs.json;

import dev.sluice.api.json.JsonStrings;
import dev.sluice.api.json.ValueWalk;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gives inputs without a declared type, such as those of TorchScript modules, the type that their
 * values look like: float if any number has a point or an exponent, int64 if none has, and string
 * or bool. A model that wants another type needs one declared beside it.
 */
final class ValueTypes {
  private final byte[] bytes;
  private final Signature signature;
  private final InputNames names;
  private final @Nullable DataType[] types;

  private ValueTypes(JsonBody body, Signature signature) {
    this.bytes = body.bytes();
    this.signature = signature;
    this.names = new InputNames(bytes, signature);
    this.types = new @Nullable DataType[signature.inputs().size()];
  }

  /** Returns the signature itself if it declares all types, else one that has them of a body. */
  static Signature complete(Signature signature, JsonBody body) {
    for (TensorSpec input : signature.inputs()) {
      if (input.dtype() == null) {
        return new ValueTypes(body, signature).found(body);
      }
    }
    return signature;
  }

  private Signature found(JsonBody body) {
    if (body.instances() >= 0) {
      lookAtRows(body.instances());
    } else if (body.inputs() >= 0) {
      lookAtColumns(body.inputs());
    }
    List<TensorSpec> inputs = new ArrayList<>();
    for (int i = 0; i < types.length; i++) {
      TensorSpec spec = signature.inputs().get(i);
      DataType type = Objects.requireNonNullElse(types[i], DataType.FLOAT);
      inputs.add(
          spec.dtype() != null
              ? spec
              : new TensorSpec(spec.name(), type, false, spec.shape(), spec.nativeName()));
    }
    return new Signature(
        signature.key(), signature.methodName(), inputs, signature.outputs(), signature.defaults());
  }

  private void lookAtRows(int list) {
    if (bytes[list] != '[') {
      return;
    }
    int position = ValueWalk.space(bytes, list + 1);
    if (!ValueWalk.isPlainObject(bytes, position)) {
      note(0, list);
      return;
    }
    while (bytes[position] != ']') {
      if (bytes[position] == '{') {
        lookAtMembers(position);
      }
      position = ValueWalk.next(bytes, ValueWalk.end(bytes, position));
    }
  }

  private void lookAtColumns(int value) {
    if (ValueWalk.isPlainObject(bytes, value)) {
      lookAtMembers(value);
    } else {
      note(0, value);
    }
  }

  private void lookAtMembers(int object) {
    int position = ValueWalk.space(bytes, object + 1);
    for (int member = 0; bytes[position] != '}'; member++) {
      int nameEnd = JsonStrings.end(bytes, position);
      int value = ValueWalk.memberValue(bytes, nameEnd);
      int input = names.indexOf(position, nameEnd, member);
      if (input >= 0) {
        note(input, value);
      }
      position = ValueWalk.next(bytes, ValueWalk.end(bytes, value));
    }
  }

  private void note(int input, int value) {
    DataType type = typeOf(value, ValueWalk.end(bytes, value));
    if (types[input] == null || type == DataType.FLOAT) {
      types[input] = type;
    }
  }

  /** Returns the type of the first value, if that is no number. */
  private DataType typeOf(int start, int end) {
    DataType type = DataType.INT64;
    for (int position = start; position < end; position++) {
      switch (bytes[position]) {
        case '"' -> {
          return DataType.STRING;
        }
        case 't', 'f' -> {
          return DataType.BOOL;
        }
        case 'N', 'I' -> { // NaN, Infinity
          return DataType.FLOAT;
        }
        case '.', 'e', 'E' -> type = DataType.FLOAT;
        default -> {}
      }
    }
    return type;
  }
}
