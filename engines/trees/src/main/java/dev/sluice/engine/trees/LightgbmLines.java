package dev.sluice.engine.trees;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/** Lines of the form {@code key=value} of a LightGBM file; some values are lists of numbers. */
final class LightgbmLines {
  private final Map<String, String> values = new HashMap<>();

  /** Adds a line; one without a value is a key alone. */
  void add(String line) {
    int sign = line.indexOf('=');
    if (sign < 0) {
      values.put(line, "");
    } else {
      values.put(line.substring(0, sign), line.substring(sign + 1));
    }
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  /** Returns a value, which must be there. */
  String text(String key) throws ModelFormatException {
    String value = values.get(key);
    if (value == null) {
      throw new ModelFormatException("there is no line " + key + "=");
    }
    return value;
  }

  int whole(String key, int otherwise) throws ModelFormatException {
    return has(key) ? whole(key) : otherwise;
  }

  int whole(String key) throws ModelFormatException {
    return wholes(key, 1)[0];
  }

  /** Returns a list of exactly so many whole numbers. */
  int[] wholes(String key, int count) throws ModelFormatException {
    int[] numbers = new int[checkedCount(key, count)];
    parse(key, count, number -> word -> numbers[number] = Integer.parseInt(word));
    return numbers;
  }

  /** Returns a list of exactly so many words of 32 bits. */
  int[] bits(String key, int count) throws ModelFormatException {
    int[] numbers = new int[checkedCount(key, count)];
    parse(key, count, number -> word -> numbers[number] = Integer.parseUnsignedInt(word));
    return numbers;
  }

  /** Returns a list of exactly so many numbers. */
  double[] reals(String key, int count) throws ModelFormatException {
    double[] numbers = new double[checkedCount(key, count)];
    parse(key, count, number -> word -> numbers[number] = Numbers.real(word));
    return numbers;
  }

  /** Takes a number out of the text. */
  @FunctionalInterface
  private interface Word {
    void take(String word);
  }

  /** A list is at least as long as what it holds, so a great count in a short file is damage. */
  private int checkedCount(String key, int count) throws ModelFormatException {
    int length = text(key).length();
    if (count < 0 || count > length) {
      throw new ModelFormatException(
          "expected %d numbers in %s=, found %d characters".formatted(count, key, length));
    }
    return count;
  }

  private void parse(String key, int count, IntFunction<Word> takers) throws ModelFormatException {
    String text = text(key);
    int found = 0;
    int at = 0;
    while (at < text.length()) {
      int end = text.indexOf(' ', at);
      end = end < 0 ? text.length() : end;
      if (end > at) {
        if (found < count) {
          take(key, text.substring(at, end), takers.apply(found));
        }
        found++;
      }
      at = end + 1;
    }
    if (found != count) {
      throw new ModelFormatException(
          "expected %d numbers in %s=, found %d".formatted(count, key, found));
    }
  }

  private static void take(String key, String word, Word taker) throws ModelFormatException {
    try {
      taker.take(word);
    } catch (NumberFormatException e) {
      throw new ModelFormatException(
          "expected numbers in %s=, found '%s'"
              .formatted(key, word.length() > 40 ? word.substring(0, 40) + "…" : word));
    }
  }
}
