package dev.sluice.api.tfs;

import java.util.Comparator;

/** Orders names as their UTF-8 bytes compare, which is how the reference prints sets of them. */
enum CodePointOrder implements Comparator<String> {
  INSTANCE;

  @Override
  public int compare(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char left = a.charAt(i);
      char right = b.charAt(i);
      if (left != right) {
        // A surrogate, half of a code point above all others, is above every other char.
        boolean leftAbove = Character.isSurrogate(left);
        return leftAbove == Character.isSurrogate(right)
            ? Character.compare(left, right)
            : leftAbove ? 1 : -1;
      }
    }
    return Integer.compare(a.length(), b.length());
  }
}
