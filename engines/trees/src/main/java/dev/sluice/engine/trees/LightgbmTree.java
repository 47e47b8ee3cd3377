package dev.sluice.engine.trees;

import java.util.Arrays;

/**
 * A tree of LightGBM as its file has it. A reference from 0 on is the index of an inner node; a
 * negative one is the complement of a leaf's index.
 */
final class LightgbmTree implements RawTree {
  /**
   * Features as close to 0 as this are 0 to LightGBM: a float there, a double in all comparisons.
   */
  static final double TINY = 1e-35f;

  private static final int CATEGORICAL = 1;
  private static final int DEFAULT_LEFT = 2;
  private static final int MISSING_SHIFT = 2;
  private static final int MISSING_NONE = 0;
  private static final int MISSING_ZERO = 1;
  private static final int MISSING_NAN = 2;

  private final double[] leaves;
  private final int inner;
  private final int[] features;
  private final double[] thresholds;
  private final int[] decisions;
  private final int[] left;
  private final int[] right;
  private final int[] categoryBounds;
  private final int[] categoryBits;

  /** Takes a tree out of the lines that describe it. */
  LightgbmTree(LightgbmLines lines) throws ModelFormatException {
    if (lines.whole("is_linear", 0) != 0) {
      throw new ModelFormatException("linear trees (linear_tree=true) are not supported");
    }
    int leafCount = lines.whole("num_leaves");
    leaves = lines.reals("leaf_value", leafCount);
    inner = leafCount - 1;
    if (inner < 0) {
      throw new ModelFormatException("a tree has " + leafCount + " leaves");
    }
    features = wholes(lines, "split_feature");
    thresholds = inner > 0 ? lines.reals("threshold", inner) : new double[0];
    left = wholes(lines, "left_child");
    right = wholes(lines, "right_child");
    decisions = lines.has("decision_type") ? wholes(lines, "decision_type") : new int[inner];
    int sets = inner > 0 ? lines.whole("num_cat", 0) : 0;
    categoryBounds = sets > 0 ? lines.wholes("cat_boundaries", sets + 1) : new int[1];
    categoryBits = sets > 0 ? lines.bits("cat_threshold", categoryBounds[sets]) : new int[0];
  }

  /** A tree that is a leaf need not have the lines of inner nodes. */
  private int[] wholes(LightgbmLines lines, String key) throws ModelFormatException {
    return inner > 0 ? lines.wholes(key, inner) : new int[0];
  }

  @Override
  public int size() {
    return inner + leaves.length;
  }

  @Override
  public int root() {
    return inner > 0 ? 0 : ~0;
  }

  @Override
  public int index(int reference) {
    if (reference >= 0) {
      return reference < inner ? reference : -1;
    }
    return ~reference < leaves.length ? inner + ~reference : -1;
  }

  @Override
  public void describe(int reference, Nodes nodes) throws ModelFormatException {
    if (reference < 0) {
      nodes.leaf(leaves[~reference]);
      return;
    }
    Children children = new Children(left[reference], right[reference]);
    if ((decisions[reference] & CATEGORICAL) != 0) {
      nodes.categories(features[reference], Encoding.LIGHTGBM_CATEGORY, set(reference), children);
      return;
    }
    double threshold = thresholds[reference];
    if (Double.isNaN(threshold)) {
      throw new ModelFormatException("the threshold of node " + reference + " is NaN");
    }
    nodes.split(
        features[reference],
        encoding(decisions[reference], threshold),
        Encoding.ordered(threshold),
        children);
  }

  /** Where values are never missing, NaN is 0, and so on one known side of the threshold. */
  private static Encoding encoding(int decision, double threshold) throws ModelFormatException {
    boolean defaultLeft = (decision & DEFAULT_LEFT) != 0;
    return switch (decision >> MISSING_SHIFT) {
      case MISSING_NONE -> 0 <= threshold ? Encoding.MISSING_LEFT : Encoding.MISSING_RIGHT;
      case MISSING_ZERO -> defaultLeft ? Encoding.ZERO_LEFT : Encoding.ZERO_RIGHT;
      case MISSING_NAN -> defaultLeft ? Encoding.MISSING_LEFT : Encoding.MISSING_RIGHT;
      default -> throw new ModelFormatException("there is no decision_type " + decision);
    };
  }

  private CategorySet set(int node) throws ModelFormatException {
    double number = thresholds[node];
    int sets = categoryBounds.length - 1;
    if (!(number >= 0 && number < sets)) {
      throw new ModelFormatException(
          "node %d has set of categories %s, the tree has %d sets".formatted(node, number, sets));
    }
    int start = categoryBounds[(int) number];
    int end = categoryBounds[(int) number + 1];
    if (start < 0 || start > end || end > categoryBits.length) {
      throw new ModelFormatException(
          "a set of categories has words %d to %d of %d"
              .formatted(start, end, categoryBits.length));
    }
    return new CategorySet(Arrays.copyOfRange(categoryBits, start, end), true, false);
  }
}
