package dev.sluice.engine.trees;

/**
 * The trees of a model, flattened for speed. Immutable.
 *
 * <p>Sums are made in the order of the trees, in the precision of the library that the model is
 * from, so that they are equal to its own.
 */
final class Forest implements RawScores {
  /*
   * A node is two longs: a word and, behind it, what kind of node it is.
   *
   *   leaf          the bits of a double, its value      negative
   *   by number     the threshold: what is above it      place of the feature in the encoded row,
   *                 goes right                           << 31 | index of the left child
   *   by category   as CategorySets has it               the same with BY_CATEGORY
   *
   * A right child stands two longs behind its left one, so that a step down is one addition of 0 or
   * 2. ForestBuilder has checked that each node is reached once: a walk ends at a leaf, and reads
   * nothing outside.
   */
  static final long LEAF = Long.MIN_VALUE;
  static final long BY_CATEGORY = 1L << 62;
  static final int PLACE_SHIFT = 31;
  static final int NODE_LONGS = 2;

  private static final int CHILD_MASK = Integer.MAX_VALUE;
  private static final int PLACE_MASK = Integer.MAX_VALUE >> 1;

  /** Rows of a tile are encoded before any tree is asked; so many longs stay in the cache. */
  private static final int TILE_LONGS = 4096;

  private static final int MOST_ROWS = 64;

  private final long[] nodes;
  private final int[] roots;
  private final int[] groupOfTree;
  private final double[] start;
  private final boolean isSinglePrecision;
  private final RowEncoder encoder;
  private final CategorySets sets;

  /**
   * Creates a forest of checked nodes.
   *
   * @param roots the index of each tree's root
   * @param groupOfTree which score each tree adds to
   * @param start what the scores begin with, one for each group
   * @param isSinglePrecision true if sums are rounded to floats
   */
  Forest(
      long[] nodes,
      int[] roots,
      int[] groupOfTree,
      double[] start,
      boolean isSinglePrecision,
      RowEncoder encoder,
      CategorySets sets) {
    this.nodes = nodes;
    this.roots = roots;
    this.groupOfTree = groupOfTree;
    this.start = start;
    this.isSinglePrecision = isSinglePrecision;
    this.encoder = encoder;
    this.sets = sets;
  }

  @Override
  public int groups() {
    return start.length;
  }

  @Override
  public int tile() {
    int widest = Math.max(1, Math.max(encoder.width(), start.length));
    return Math.clamp(TILE_LONGS / widest, 1, MOST_ROWS);
  }

  @Override
  public void compute(FeatureMatrix rows, long first, int count, double[] scores) {
    long[] encoded = encoder.encode(rows, first, count);
    for (int row = 0; row < count; row++) {
      System.arraycopy(start, 0, scores, row * start.length, start.length);
    }
    if (sets.isEmpty()) {
      addTrees(encoded, count, scores);
    } else {
      addTreesWithCategories(encoded, count, scores);
    }
  }

  private void addTrees(long[] encoded, int count, double[] scores) {
    for (int tree = 0; tree < roots.length; tree++) {
      int score = groupOfTree[tree];
      int row = 0;
      for (int i = 0; i < count; i++) {
        scores[score] = sum(scores[score], leaf(roots[tree], encoded, row));
        row += encoder.width();
        score += start.length;
      }
    }
  }

  private double leaf(int root, long[] encoded, int row) {
    int at = root;
    long kind = nodes[at + 1];
    while (kind >= 0) {
      long value = encoded[row + (int) (kind >>> PLACE_SHIFT)];
      at = ((int) kind & CHILD_MASK) + (value > nodes[at] ? NODE_LONGS : 0);
      kind = nodes[at + 1];
    }
    return Double.longBitsToDouble(nodes[at]);
  }

  private void addTreesWithCategories(long[] encoded, int count, double[] scores) {
    for (int tree = 0; tree < roots.length; tree++) {
      for (int i = 0; i < count; i++) {
        int score = i * start.length + groupOfTree[tree];
        double leaf = leafWithCategories(roots[tree], encoded, i * encoder.width());
        scores[score] = sum(scores[score], leaf);
      }
    }
  }

  private double leafWithCategories(int root, long[] encoded, int row) {
    int at = root;
    long kind = nodes[at + 1];
    while (kind >= 0) {
      long value = encoded[row + ((int) (kind >>> PLACE_SHIFT) & PLACE_MASK)];
      boolean right =
          (kind & BY_CATEGORY) == 0 ? value > nodes[at] : sets.goesRight(nodes[at], value);
      at = ((int) kind & CHILD_MASK) + (right ? NODE_LONGS : 0);
      kind = nodes[at + 1];
    }
    return Double.longBitsToDouble(nodes[at]);
  }

  /** Two floats are added in double precision without loss, so rounding once is float addition. */
  private double sum(double a, double b) {
    double sum = a + b;
    return isSinglePrecision ? (float) sum : sum;
  }
}
