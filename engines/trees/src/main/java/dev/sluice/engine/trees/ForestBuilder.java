package dev.sluice.engine.trees;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/**
 * Checks trees and flattens them into a {@link Forest}. A child that does not exist, a node that is
 * reached twice (and so any cycle), a feature that the model does not have, and a threshold or a
 * leaf that is no number are refused.
 */
final class ForestBuilder implements RawTree.Nodes {
  private static final int FIRST_LONGS = 1024;

  /** The index of a node has 31 bits. */
  private static final int MOST_LONGS = Integer.MAX_VALUE - 64;

  private final int features;
  private final RowEncoder.Builder encoder = new RowEncoder.Builder();
  private final CategorySets sets = new CategorySets();
  private final List<Integer> roots = new ArrayList<>();
  private final List<Integer> groups = new ArrayList<>();
  private final Deque<Place> pending = new ArrayDeque<>();
  private long[] nodes = new long[FIRST_LONGS];
  private int used;

  /** Where the node goes that a tree is describing. */
  private int at;

  /** A node that has its place and is not yet described. */
  private record Place(int reference, int at) {}

  /** Creates a builder for a model with so many features. */
  ForestBuilder(int features) {
    this.features = features;
  }

  /** Adds a tree. */
  void add(RawTree tree, int group) throws ModelFormatException {
    int number = roots.size();
    try {
      roots.add(used);
      groups.add(group);
      flatten(tree);
    } catch (ModelFormatException e) {
      throw new ModelFormatException("tree " + number + ": " + e.getMessage());
    }
  }

  private void flatten(RawTree tree) throws ModelFormatException {
    BitSet seen = new BitSet(tree.size());
    pending.clear();
    pending.push(new Place(tree.root(), allocate(1)));
    while (!pending.isEmpty()) {
      Place place = pending.pop();
      int index = tree.index(place.reference);
      if (index < 0) {
        throw new ModelFormatException("there is no node " + place.reference);
      }
      if (seen.get(index)) {
        throw new ModelFormatException("node " + place.reference + " is reached twice");
      }
      seen.set(index);
      at = place.at;
      tree.describe(place.reference, this);
    }
  }

  @Override
  public void leaf(double value) throws ModelFormatException {
    if (Double.isNaN(value)) {
      throw new ModelFormatException("a leaf is NaN");
    }
    nodes[at] = Double.doubleToRawLongBits(value);
    nodes[at + 1] = Forest.LEAF;
  }

  @Override
  public void split(int feature, Encoding encoding, long threshold, RawTree.Children children)
      throws ModelFormatException {
    inner(feature, encoding, threshold, 0, children);
  }

  @Override
  public void categories(
      int feature, Encoding encoding, RawTree.CategorySet set, RawTree.Children children)
      throws ModelFormatException {
    inner(feature, encoding, sets.add(set), Forest.BY_CATEGORY, children);
  }

  private void inner(
      int feature, Encoding encoding, long word, long flag, RawTree.Children children)
      throws ModelFormatException {
    if (feature < 0 || feature >= features) {
      throw new ModelFormatException(
          "a node splits by feature " + feature + ", the model has " + features + " features");
    }
    int left = allocate(2);
    nodes[at] = word;
    nodes[at + 1] = flag | (long) encoder.place(feature, encoding) << Forest.PLACE_SHIFT | left;
    pending.push(new Place(children.right(), left + Forest.NODE_LONGS));
    pending.push(new Place(children.left(), left));
  }

  /** Returns the index of so many new nodes side by side. */
  private int allocate(int count) throws ModelFormatException {
    int start = used;
    int longs = count * Forest.NODE_LONGS;
    if (longs > MOST_LONGS - used) {
      throw new ModelFormatException("the model has too many nodes");
    }
    used += longs;
    if (used > nodes.length) {
      nodes = Arrays.copyOf(nodes, (int) Math.min(MOST_LONGS, used * 2L));
    }
    return start;
  }

  /**
   * Returns the forest.
   *
   * @param start what the scores begin with, one for each group
   * @param isSinglePrecision true if sums are rounded to floats
   * @param tiny features up to this far from 0 are taken for 0
   */
  Forest build(double[] start, boolean isSinglePrecision, double tiny) {
    return new Forest(
        Arrays.copyOf(nodes, used),
        ints(roots),
        ints(groups),
        start,
        isSinglePrecision,
        encoder.build(tiny),
        sets);
  }

  private static int[] ints(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }
}
