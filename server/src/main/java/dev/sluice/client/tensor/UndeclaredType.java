package dev.sluice.client.tensor;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import dev.sluice.protos.tensorflow.DataType;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The dtype of a tensor whose model declares none (DT_INVALID), as TorchScript modules: what its
 * values look like, which is also what the server makes of them. Int64 if all are whole, float if
 * one has a point or an exponent.
 */
public final class UndeclaredType {
  private static final Pattern WHOLE = Pattern.compile("[+-]?\\d+");
  private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9.]+([eE][+-]?\\d+)?");
  private static final Set<String> SPECIAL =
      Set.of("nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity");
  private static final Set<String> TRUTH = Set.of("true", "false");

  private UndeclaredType() {}

  /** Returns the declared dtype, or that of values as they are typed or lie in a file. */
  public static DataType ofTexts(DataType declared, List<String> texts) {
    if (declared != DataType.DT_INVALID) {
      return declared;
    }
    List<String> words = texts.stream().map(text -> text.strip().toLowerCase(Locale.ROOT)).toList();
    if (words.stream().allMatch(word -> WHOLE.matcher(word).matches())) {
      return DataType.DT_INT64;
    }
    if (words.stream().allMatch(word -> NUMBER.matcher(word).matches() || SPECIAL.contains(word))) {
      return DataType.DT_FLOAT;
    }
    return words.stream().allMatch(TRUTH::contains) ? DataType.DT_BOOL : DataType.DT_STRING;
  }

  /** Returns the declared dtype, or that of values in JSON. */
  static DataType ofJson(DataType declared, List<JsonElement> values) {
    if (declared != DataType.DT_INVALID) {
      return declared;
    }
    DataType type = DataType.DT_INT64;
    for (JsonElement value : values) {
      if (!(value instanceof JsonPrimitive primitive) || primitive.isString()) {
        return DataType.DT_STRING;
      }
      if (primitive.isBoolean()) {
        return DataType.DT_BOOL;
      }
      if (!WHOLE.matcher(primitive.getAsString()).matches()) {
        type = DataType.DT_FLOAT;
      }
    }
    return type;
  }
}
