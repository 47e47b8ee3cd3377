package dev.sluice.engine.trees;

/** Numbers as models write them: what Java allows beyond that, such as 1f, is damage here. */
final class Numbers {
  private Numbers() {}

  /** Returns the nearest float. */
  static float single(String text) {
    checkForm(text);
    return Float.parseFloat(text);
  }

  /** Returns the nearest double. */
  static double real(String text) {
    checkForm(text);
    return Double.parseDouble(text);
  }

  private static void checkForm(String text) {
    int last = text.isEmpty() ? -1 : text.charAt(text.length() - 1);
    boolean isWord = text.equals("NaN") || text.endsWith("Infinity");
    if (!isWord && (last < '0' || last > '9' || text.indexOf('x') >= 0 || text.indexOf('X') >= 0)) {
      throw new NumberFormatException(text);
    }
  }
}
