package dev.sluice.engine.trees;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class EncodingTest {
  private static final double[] EDGES = {
    0.0,
    -0.0,
    Double.MIN_VALUE,
    -Double.MIN_VALUE,
    1,
    -1,
    Double.MAX_VALUE,
    -Double.MAX_VALUE,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Float.MIN_VALUE,
    1e-35f
  };

  @Test
  void orderIsThatOfTheNumbers() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 100_000; i++) {
      double a = number(random);
      double b = number(random);
      String message = a + " and " + b + ", seed " + seed;
      assertEquals(a <= b, Encoding.ordered(a) <= Encoding.ordered(b), message);
      // What the trees of XGBoost do for a < b.
      assertEquals(a < b, Encoding.ordered(a) <= Encoding.ordered(b) - 1, message);
    }
  }

  private static double number(Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> EDGES[random.nextInt(EDGES.length)];
      case 1 -> random.nextGaussian();
      default -> {
        double any = Double.longBitsToDouble(random.nextLong());
        yield Double.isNaN(any) ? 0 : any;
      }
    };
  }

  @Test
  void missingValuesAreBeyondAllNumbers() {
    for (double edge : EDGES) {
      long threshold = Encoding.ordered(edge) - 1;
      assertTrue(Encoding.MISSING_LEFT.encode(Double.NaN) < threshold);
      assertTrue(Encoding.MISSING_RIGHT.encode(Double.NaN) > threshold + 1);
      assertTrue(Encoding.ZERO_LEFT.encode(-0.0) < threshold);
      assertTrue(Encoding.ZERO_RIGHT.encode(0) > threshold + 1);
    }
    assertEquals(Encoding.ordered(3), Encoding.ZERO_RIGHT.encode(3));
  }

  @Test
  void categoriesAreWholeNumbersFromZero() {
    assertEquals(3, Encoding.XGBOOST_CATEGORY.encode(3.9));
    assertEquals(Encoding.NO_CATEGORY, Encoding.XGBOOST_CATEGORY.encode(-0.5));
    assertEquals(Encoding.NO_CATEGORY, Encoding.XGBOOST_CATEGORY.encode(16777216));
    assertEquals(Encoding.MISSING_CATEGORY, Encoding.XGBOOST_CATEGORY.encode(Double.NaN));
    assertEquals(0, Encoding.LIGHTGBM_CATEGORY.encode(-0.5));
    assertEquals(Encoding.NO_CATEGORY, Encoding.LIGHTGBM_CATEGORY.encode(-1));
    assertEquals(Encoding.NO_CATEGORY, Encoding.LIGHTGBM_CATEGORY.encode(Double.NaN));
    assertEquals(Integer.MAX_VALUE, Encoding.LIGHTGBM_CATEGORY.encode(1e300));
  }
}
