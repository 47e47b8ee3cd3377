package dev.sluice.engine.trees;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An object of XGBoost whose values are all texts, numbers too.
 *
 * @param name what the file calls it
 */
record XgboostParams(String name, Map<String, String> values) {
  XgboostParams {
    values = Map.copyOf(values);
  }

  /** Returns a whole number, or something else if there is none of that name. */
  int whole(String key, int otherwise) throws ModelFormatException {
    String text = values.get(key);
    return text == null ? otherwise : parse(key, text);
  }

  /** Returns a whole number that must be there and must not be negative. */
  int count(String key) throws ModelFormatException {
    int count = parse(key, values.getOrDefault(key, ""));
    if (count < 0) {
      throw expected(key, "a number that is not negative", values.getOrDefault(key, ""));
    }
    return count;
  }

  private int parse(String key, String text) throws ModelFormatException {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw expected(key, "a whole number", text);
    }
  }

  /** Returns the numbers of a text such as {@code 5E-1} or {@code [5E-1, 2E-1]}. */
  List<Float> reals(String key) throws ModelFormatException {
    String text = values.getOrDefault(key, "").strip();
    boolean isList = text.startsWith("[") && text.endsWith("]") && text.length() > 1;
    List<Float> numbers = new ArrayList<>();
    for (String part : (isList ? text.substring(1, text.length() - 1) : text).split(",", -1)) {
      try {
        numbers.add(Numbers.single(part.strip()));
      } catch (NumberFormatException e) {
        throw expected(key, "numbers", text);
      }
    }
    return numbers;
  }

  private ModelFormatException expected(String key, String expected, String found) {
    return new ModelFormatException(
        "%s of %s: expected %s, found '%s'".formatted(key, name, expected, shortened(found)));
  }

  private static String shortened(String text) {
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
  }
}
