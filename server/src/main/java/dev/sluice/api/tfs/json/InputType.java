package dev.sluice.api.tfs.json;

import dev.sluice.api.json.Base64Text;
import dev.sluice.api.json.FloatRuns;
import dev.sluice.api.json.JsonErrors;
import dev.sluice.api.json.NumericReader;
import dev.sluice.api.json.ValueWalk;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** What an input's declared type accepts, and how refusals are worded (rest.md §4.6). */
final class InputType {
  private final @Nullable DataType dtype;
  private final boolean reference;

  InputType(TensorSpec spec) {
    this.dtype = spec.dtype();
    this.reference = spec.reference();
  }

  /** Returns what is wrong with a value that is no array, or null. */
  @Nullable ServingException problem(byte[] bytes, int position) {
    if (dtype == null || reference) {
      return JsonErrors.unsupported(bytes, position, label());
    }
    if (dtype == DataType.STRING) {
      return stringProblem(bytes, position);
    }
    if (!NumericReader.supports(dtype)) {
      return JsonErrors.unsupported(bytes, position, label());
    }
    MemorySegment scratch = MemorySegment.ofArray(new byte[dtype.byteSize()]);
    boolean fits =
        new NumericReader(bytes, dtype, scratch, FloatRuns.NONE).read(position, 0, 1) >= 0;
    return fits ? null : JsonErrors.type(bytes, position, label());
  }

  private @Nullable ServingException stringProblem(byte[] bytes, int position) {
    if (bytes[position] == '"') {
      return null;
    }
    if (bytes[position] != '{') {
      return JsonErrors.type(bytes, position, label());
    }
    int text = ValueWalk.base64Text(bytes, position);
    if (text < 0) {
      return JsonErrors.value(bytes, position, "not formatted correctly for base64 data");
    }
    return Base64Text.decode(bytes, text, null, 0) < 0 ? JsonErrors.base64() : null;
  }

  private String label() {
    String label = dtype == null ? "INVALID" : dtype.label();
    return reference ? label + "_ref" : label;
  }
}
