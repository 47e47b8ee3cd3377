package dev.sluice.engine.pytorch;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds its way in the source that TorchScript writes, a small part of Python that is always
 * printed alike: no comments, declarations at the margin, methods indented by two.
 */
final class ClassSource {
  private ClassSource() {}

  /** Returns what a file says of a class, empty if it does not declare it. */
  static String body(String file, String qualifiedName) {
    String name = qualifiedName.substring(qualifiedName.lastIndexOf('.') + 1);
    int start = file.startsWith("class " + name + "(") ? 0 : -1;
    if (start < 0) {
      start = file.indexOf("\nclass " + name + "(");
    }
    if (start < 0) {
      return "";
    }
    int end = start + 1;
    do {
      end = file.indexOf('\n', end + 1);
    } while (end >= 0 && !endsDeclaration(file, end + 1));
    return file.substring(start, end < 0 ? file.length() : end);
  }

  private static boolean endsDeclaration(String file, int lineStart) {
    return lineStart >= file.length() || !" \n".contains(file.substring(lineStart, lineStart + 1));
  }

  /**
   * Returns the position of the bracket, comma or other character that ends what begins at a
   * position, skipping what is in brackets and in strings; the text's length if there is none.
   */
  static int end(String text, int start, String ends) {
    int depth = 0;
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (depth == 0 && ends.indexOf(c) >= 0) {
        return i;
      }
      switch (c) {
        case '(', '[', '{' -> depth++;
        case ')', ']', '}' -> depth--;
        case '"', '\'' -> i = stringEnd(text, i);
        default -> {}
      }
    }
    return text.length();
  }

  private static int stringEnd(String text, int start) {
    int i = start + 1;
    while (i < text.length() && text.charAt(i) != text.charAt(start)) {
      i += text.charAt(i) == '\\' ? 2 : 1;
    }
    return i;
  }

  /** Splits a list at the commas outside of brackets and strings; what is blank is left out. */
  static List<String> split(String list) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    while (start < list.length()) {
      int end = end(list, start, ",");
      String part = list.substring(start, end).strip();
      if (!part.isEmpty()) {
        parts.add(part);
      }
      start = end + 1;
    }
    return parts;
  }
}
