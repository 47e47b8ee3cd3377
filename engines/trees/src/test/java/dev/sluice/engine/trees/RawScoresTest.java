package dev.sluice.engine.trees;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

final class RawScoresTest {
  /** A root that sends the members of a set right, and two leaves. */
  private record Stump(RawTree.CategorySet set) implements RawTree {
    @Override
    public int size() {
      return 3;
    }

    @Override
    public int root() {
      return 0;
    }

    @Override
    public int index(int reference) {
      return reference;
    }

    @Override
    public void describe(int reference, Nodes nodes) throws ModelFormatException {
      if (reference == 0) {
        nodes.categories(0, Encoding.XGBOOST_CATEGORY, set, new Children(1, 2));
      } else {
        nodes.leaf(reference);
      }
    }
  }

  @Test
  void forestOfEmptySetsKnowsThatItHasThem() throws Exception {
    ForestBuilder builder = new ForestBuilder(1);
    builder.add(new Stump(new RawTree.CategorySet(new int[0], false, false)), 0);
    builder.add(new Stump(new RawTree.CategorySet(new int[0], true, false)), 0);
    Forest forest = builder.build(new double[1], true, 0);
    MemorySegment row = MemorySegment.ofArray(new float[] {3});
    double[] scores = new double[1];
    forest.compute(new FeatureMatrix(row, false, 1), 0, 1, scores);
    // No category is a member: the first goes left, the second right.
    assertArrayEquals(new double[] {1 + 2}, scores);
  }

  @Test
  void tilesOfManyScoresAreSmall() {
    assertEquals(64, linear(1).tile());
    assertEquals(4, linear(1000).tile());
    assertEquals(1, linear(1_000_000).tile());
  }

  private static LinearScores linear(int groups) {
    return new LinearScores(new float[groups * 2], 1, groups, 0);
  }
}
