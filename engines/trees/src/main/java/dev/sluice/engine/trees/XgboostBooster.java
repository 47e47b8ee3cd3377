package dev.sluice.engine.trees;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The gradient_booster of an XGBoost file, as it is there: trees, or the weights of a sum. */
final class XgboostBooster {
  private static final int[] NO_WHOLES = new int[0];
  private static final float[] NO_REALS = new float[0];

  private final Map<String, String> params = new HashMap<>();
  private String name = "";
  private List<XgboostTree> trees = new ArrayList<>();
  private int[] groups = NO_WHOLES;
  private int[] iterations = NO_WHOLES;
  private float[] treeWeights = NO_REALS;
  private float[] weights = NO_REALS;

  private XgboostBooster() {}

  /** Reads a booster. */
  static XgboostBooster read(Document in) throws IOException {
    XgboostBooster booster = new XgboostBooster();
    in.object(field -> booster.readField(in, field));
    if (!List.of("gbtree", "dart", "gblinear").contains(booster.name)) {
      throw new ModelFormatException(
          "booster '"
              + booster.name
              + "' is not supported; expected one of gbtree, dart, gblinear");
    }
    return booster;
  }

  private void readField(Document in, String field) throws IOException {
    switch (field) {
      case "name" -> name = in.text();
      case "model" -> in.object(inner -> readModelField(in, inner));
      // The trees of dart have a booster of their own.
      case "gbtree" -> in.object(inner -> readInnerField(in, inner));
      case "weight_drop" -> treeWeights = in.reals();
      default -> in.skip();
    }
  }

  private void readInnerField(Document in, String field) throws IOException {
    if (field.equals("model")) {
      in.object(inner -> readModelField(in, inner));
    } else {
      in.skip();
    }
  }

  private void readModelField(Document in, String field) throws IOException {
    switch (field) {
      case "gbtree_model_param" -> params.putAll(in.texts());
      case "trees" -> {
        trees = new ArrayList<>();
        in.array(() -> trees.add(XgboostTree.read(in)));
      }
      case "tree_info" -> groups = in.wholes();
      case "iteration_indptr" -> iterations = in.wholes();
      // Where versions from 3.4 on have it.
      case "weight_drop" -> treeWeights = in.reals();
      case "weights" -> weights = in.reals();
      default -> in.skip();
    }
  }

  boolean isLinear() {
    return name.equals("gblinear");
  }

  /** Returns the scores of a linear booster. */
  RawScores linear(int features, int groups, double start) throws ModelFormatException {
    if (weights.length != (features + 1L) * groups) {
      throw new ModelFormatException(
          "expected %d weights for %d features and a bias in %d groups, found %d"
              .formatted((features + 1L) * groups, features, groups, weights.length));
    }
    return new LinearScores(weights, features, groups, start);
  }

  /**
   * Returns the scores of the trees.
   *
   * @param start what the scores begin with, one for each group
   * @param rounds how many rounds of boosting count; 0 for all
   */
  RawScores forest(int features, double[] start, int rounds) throws ModelFormatException {
    checkTrees(start.length);
    ForestBuilder forest = new ForestBuilder(features);
    int end = rounds == 0 ? trees.size() : treesOf(rounds, start.length);
    for (int i = 0; i < end; i++) {
      XgboostTree tree = trees.get(i);
      forest.add(i < treeWeights.length ? tree.weighted(treeWeights[i]) : tree, groups[i]);
    }
    return forest.build(start, true, XgboostReader.NOTHING_IS_TINY);
  }

  private void checkTrees(int groupCount) throws ModelFormatException {
    int claimed = new XgboostParams("gbtree_model_param", params).count("num_trees");
    if (claimed != trees.size() || claimed != groups.length || claimed == 0) {
      throw new ModelFormatException(
          "expected %d trees and as many entries in tree_info, and at least one; found %d and %d"
              .formatted(claimed, trees.size(), groups.length));
    }
    if (treeWeights.length > trees.size()) {
      throw new ModelFormatException(
          "there are %d trees and %d weights of trees".formatted(trees.size(), treeWeights.length));
    }
    if (groupCount > trees.size()) {
      throw new ModelFormatException(
          "there are %d trees for %d scores".formatted(trees.size(), groupCount));
    }
    for (int group : groups) {
      if (group < 0 || group >= groupCount) {
        throw new ModelFormatException(
            "a tree adds to score %d, a row has %d scores".formatted(group, groupCount));
      }
    }
  }

  /** Returns how many trees the first rounds made. */
  private int treesOf(int rounds, int groupCount) throws ModelFormatException {
    long end;
    if (iterations.length > 0) {
      end = rounds < iterations.length ? iterations[rounds] : -1;
    } else {
      int parallel = new XgboostParams("gbtree_model_param", params).whole("num_parallel_tree", 1);
      end = (long) rounds * Math.max(1, parallel) * groupCount;
    }
    if (end < 1 || end > trees.size()) {
      throw new ModelFormatException(
          "best_iteration is %d, which the %d trees do not reach"
              .formatted(rounds - 1, trees.size()));
    }
    return (int) end;
  }
}
