package dev.sluice.loadtest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Optional;
import java.util.regex.Pattern;

/** The values of a JSON answer. */
record RestAnswer(JsonElement values) implements ParsedAnswer {
  private static final Pattern WHOLE = Pattern.compile("-?\\d+");

  @Override
  public Optional<String> difference(ParsedAnswer reference) {
    return reference instanceof RestAnswer(var first)
        ? difference("", values, first)
        : Optional.of("an answer of another protocol");
  }

  private static Optional<String> difference(String at, JsonElement found, JsonElement first) {
    if (found instanceof JsonArray list && first instanceof JsonArray firstList) {
      if (list.size() != firstList.size()) {
        return report(at, list.size() + " values", firstList.size());
      }
      for (int i = 0; i < list.size(); i++) {
        Optional<String> inner = difference(at + "[" + i + "]", list.get(i), firstList.get(i));
        if (inner.isPresent()) {
          return inner;
        }
      }
      return Optional.empty();
    }
    if (found instanceof JsonObject object && first instanceof JsonObject firstObject) {
      if (!object.keySet().equals(firstObject.keySet())) {
        return report(at, object.keySet(), firstObject.keySet());
      }
      for (var entry : object.entrySet()) {
        String name = at + "." + entry.getKey();
        Optional<String> inner =
            difference(name, entry.getValue(), firstObject.get(entry.getKey()));
        if (inner.isPresent()) {
          return inner;
        }
      }
      return Optional.empty();
    }
    return isSame(found, first) ? Optional.empty() : report(at, found, first);
  }

  private static boolean isSame(JsonElement found, JsonElement first) {
    if (found instanceof JsonPrimitive value
        && first instanceof JsonPrimitive other
        && isFraction(value)
        && isFraction(other)) {
      return ParsedAnswer.isNear(value.getAsDouble(), other.getAsDouble());
    }
    return found.equals(first);
  }

  /** Whole numbers are classes, ids and counts: nothing is near them. */
  private static boolean isFraction(JsonPrimitive value) {
    return value.isNumber() && !WHOLE.matcher(value.getAsString()).matches();
  }

  private static Optional<String> report(String at, Object found, Object first) {
    return Optional.of("%s: %s, and the first answer had %s".formatted(at, found, first));
  }
}
