package dev.sluice.engine.trees;

import java.util.Arrays;

/** The sets of categories of a forest, in one array. Immutable once the forest is built. */
final class CategorySets {
  /** 64 MB: a file of a few bytes can name categories that need megabytes of bits each. */
  private static final int MOST_WORDS = 1 << 24;

  private static final int COUNT_SHIFT = 32;
  private static final long COUNT_MASK = (1L << 28) - 1;
  private static final long MEMBERS_LEFT = 1L << 62;
  private static final long MISSING_LEFT = 1L << 61;

  private int[] words = new int[0];
  private int used;
  private boolean isEmpty = true;

  /** Adds a set; returns the word by which a node knows it. */
  long add(RawTree.CategorySet set) throws ModelFormatException {
    int[] bits = set.bits();
    if (bits.length > MOST_WORDS - used) {
      throw new ModelFormatException(
          "the sets of categories need more than " + MOST_WORDS * (long) Integer.BYTES + " bytes");
    }
    int start = used;
    if (words.length - used < bits.length) {
      words = Arrays.copyOf(words, Math.min(MOST_WORDS, (used + bits.length) * 2));
    }
    System.arraycopy(bits, 0, words, used, bits.length);
    used += bits.length;
    isEmpty = false;
    return start
        | (long) bits.length << COUNT_SHIFT
        | (set.goesLeft() ? MEMBERS_LEFT : 0)
        | (set.missingGoesLeft() ? MISSING_LEFT : 0);
  }

  /** Returns true if there is no set, not even one without members. */
  boolean isEmpty() {
    return isEmpty;
  }

  /** Returns true if a category goes right. */
  boolean goesRight(long set, long category) {
    if (category == Encoding.MISSING_CATEGORY) {
      return (set & MISSING_LEFT) == 0;
    }
    return isMember(set, category) != ((set & MEMBERS_LEFT) != 0);
  }

  private boolean isMember(long set, long category) {
    long word = category >> 5;
    if (category < 0 || word >= (set >>> COUNT_SHIFT & COUNT_MASK)) {
      return false;
    }
    return (words[(int) set + (int) word] >>> (int) (category & 31) & 1) != 0;
  }
}
