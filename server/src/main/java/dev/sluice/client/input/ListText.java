package dev.sluice.client.input;

import dev.sluice.protos.tensorflow.DataType;
import java.util.List;
import java.util.regex.Pattern;

/** Several values in one text: {@code 1,2,3}, {@code [1 2 3]} or {@code 1; 2; 3}. */
final class ListText {
  private static final Pattern BETWEEN = Pattern.compile("\\s*[,;]\\s*|\\s+");

  /** Strings hold spaces, so these separate none. */
  private static final Pattern BETWEEN_STRINGS = Pattern.compile("\\s*[,;]\\s*");

  private ListText() {}

  /** Returns the values' texts; none for an empty list. */
  static List<String> split(String text, DataType dtype) {
    String inner = text.strip();
    if (inner.startsWith("[") && inner.endsWith("]")) {
      inner = inner.substring(1, inner.length() - 1).strip();
    }
    if (inner.isEmpty()) {
      return List.of();
    }
    Pattern between = dtype == DataType.DT_STRING ? BETWEEN_STRINGS : BETWEEN;
    return List.of(between.split(inner, -1));
  }
}
