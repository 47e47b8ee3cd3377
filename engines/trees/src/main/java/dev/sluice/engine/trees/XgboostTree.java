package dev.sluice.engine.trees;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * A tree of XGBoost as its file has it. A node's reference is its index; one without a left child
 * is a leaf, and its condition is the leaf's value.
 */
final class XgboostTree implements RawTree {
  private static final int NO_CHILD = -1;
  private static final int CATEGORICAL = 1;
  private static final int[] NONE = new int[0];

  /** No model has more, for floats beyond it are no longer whole. */
  private static final int CATEGORIES_END = 1 << 24;

  private final Map<String, int[]> columns;
  private final float[] conditions;
  private final float weight;
  private final int[] left;
  private final int[] right;
  private final int[] features;
  private final int[] defaultLeft;
  private final int[] splitTypes;
  private final Map<Integer, Integer> categorySegments = new HashMap<>();

  private XgboostTree(Map<String, int[]> columns, float[] conditions, float weight)
      throws ModelFormatException {
    this.columns = columns;
    this.conditions = conditions;
    this.weight = weight;
    this.left = column("left_children");
    this.right = column("right_children");
    this.features = column("split_indices");
    this.defaultLeft = column("default_left");
    this.splitTypes =
        columns.containsKey("split_type") ? column("split_type") : new int[conditions.length];
    int[] nodes = columns.getOrDefault("categories_nodes", NONE);
    for (int i = 0; i < nodes.length; i++) {
      categorySegments.put(nodes[i], i);
    }
  }

  /** Reads a tree. */
  static XgboostTree read(Document in) throws IOException {
    Map<String, int[]> columns = new HashMap<>();
    Map<String, float[]> conditions = new HashMap<>();
    Map<String, String> params = new HashMap<>();
    in.object(
        name -> {
          switch (name) {
            case "left_children",
                "right_children",
                "split_indices",
                "default_left",
                "split_type",
                "categories",
                "categories_nodes",
                "categories_segments",
                "categories_sizes" ->
                columns.put(name, in.wholes());
            case "split_conditions" -> conditions.put(name, in.reals());
            case "tree_param" -> params.putAll(in.texts());
            default -> in.skip();
          }
        });
    XgboostParams tree = new XgboostParams("tree_param", params);
    if (tree.whole("size_leaf_vector", 0) > 1) {
      throw new ModelFormatException(
          "trees with several outputs (multi_strategy multi_output_tree) are not supported");
    }
    float[] values = conditions.getOrDefault("split_conditions", new float[0]);
    int nodes = tree.whole("num_nodes", values.length);
    if (nodes != values.length || nodes == 0) {
      throw new ModelFormatException(
          "a tree is to have " + nodes + " nodes, and has " + values.length + " split_conditions");
    }
    return new XgboostTree(columns, values, 1);
  }

  /** Returns the tree with its leaves multiplied. */
  XgboostTree weighted(float factor) throws ModelFormatException {
    return new XgboostTree(columns, conditions, factor);
  }

  /** Returns a column that must have a value for each node. */
  private int[] column(String name) throws ModelFormatException {
    int[] values = columns.getOrDefault(name, NONE);
    if (values.length != conditions.length) {
      throw new ModelFormatException(
          "a tree of %d nodes has %d %s".formatted(conditions.length, values.length, name));
    }
    return values;
  }

  @Override
  public int size() {
    return conditions.length;
  }

  @Override
  public int root() {
    return 0;
  }

  @Override
  public int index(int reference) {
    return reference >= 0 && reference < conditions.length ? reference : -1;
  }

  @Override
  public void describe(int node, Nodes nodes) throws ModelFormatException {
    if (left[node] == NO_CHILD) {
      nodes.leaf(conditions[node] * weight);
      return;
    }
    Children children = new Children(left[node], right[node]);
    if (splitTypes[node] == CATEGORICAL) {
      nodes.categories(features[node], Encoding.XGBOOST_CATEGORY, set(node), children);
      return;
    }
    if (Float.isNaN(conditions[node])) {
      throw new ModelFormatException("the threshold of node " + node + " is NaN");
    }
    Encoding encoding = isDefaultLeft(node) ? Encoding.MISSING_LEFT : Encoding.MISSING_RIGHT;
    // Left is what is less than the condition: at most the number just before it.
    long threshold = Encoding.ordered(conditions[node]) - 1;
    nodes.split(features[node], encoding, threshold, children);
  }

  private boolean isDefaultLeft(int node) {
    return defaultLeft[node] != 0;
  }

  /** Returns the categories that go right. */
  private CategorySet set(int node) throws ModelFormatException {
    Integer segment = categorySegments.get(node);
    int[] members = columns.getOrDefault("categories", NONE);
    int[] starts = columns.getOrDefault("categories_segments", NONE);
    int[] sizes = columns.getOrDefault("categories_sizes", NONE);
    if (segment == null || segment >= starts.length || segment >= sizes.length) {
      throw new ModelFormatException("node " + node + " has no categories");
    }
    int start = starts[segment];
    int size = sizes[segment];
    if (start < 0 || size < 1 || start > members.length - size) {
      throw new ModelFormatException(
          "node %d has %d categories from %d on, of %d"
              .formatted(node, size, start, members.length));
    }
    int greatest = 0;
    for (int i = start; i < start + size; i++) {
      if (members[i] < 0 || members[i] >= CATEGORIES_END) {
        throw new ModelFormatException("there is no category " + members[i]);
      }
      greatest = Math.max(greatest, members[i]);
    }
    int[] bits = new int[greatest / Integer.SIZE + 1];
    for (int i = start; i < start + size; i++) {
      bits[members[i] / Integer.SIZE] |= 1 << members[i] % Integer.SIZE;
    }
    return new CategorySet(bits, false, isDefaultLeft(node));
  }
}
