package dev.sluice.batching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class BatchCostsTest {
  private static final double CLOSE = 1e-6;

  private final BatchCosts costs = new BatchCosts();

  private void add(int count, long rows, long nanos) {
    for (int i = 0; i < count; i++) {
      costs.add(rows, nanos, false);
    }
  }

  @Test
  void workIsUnknownBeforeTheFirstWindowIsFull() {
    add(BatchCosts.WINDOW - 1, 1, 10);
    assertEquals(Long.MAX_VALUE, costs.work(1));
    add(1, 1, 10);
    assertEquals(10, costs.work(1));
  }

  @Test
  void theShortestOfAWindowIsTheWork() {
    add(BatchCosts.WINDOW - 1, 1, 1_000_000);
    add(1, 1, 700);
    assertEquals(700, costs.work(1));
    add(BatchCosts.WINDOW, 1, 5_000_000_000L);
    assertEquals(5_000_000_000L, costs.work(1), "what has become slow");
  }

  @Test
  void moreRowsAreAtMostAsMuchMoreWork() {
    add(BatchCosts.WINDOW, 2, 100);
    assertEquals(Long.MAX_VALUE, costs.work(1));
    assertEquals(100, costs.work(2));
    assertEquals(400, costs.work(8));
    add(BatchCosts.WINDOW, 8, 130);
    assertEquals(130, costs.work(8));
    assertEquals(300, costs.work(6), "of the smaller ones");
  }

  @Test
  void theUsualTimeLiesBetweenWhatIsKnown() {
    assertEquals(0, costs.usual(4));
    add(1, 4, 400);
    add(1, 8, 600);
    assertEquals(400, costs.usual(1), CLOSE, "no more than a larger one");
    assertEquals(500, costs.usual(6), CLOSE);
    assertEquals(1200, costs.usual(16), CLOSE, "in proportion beyond");
  }

  @Test
  void smallRunsThatAreHardlyMadeAnyMoreAreNeverSlowerThanLargerOnes() {
    add(1, 1, 50_000);
    add(20, 16, 900);
    assertEquals(900, costs.usual(1), CLOSE);
  }

  @Test
  void oneRunThatSomebodyElseHeldUpDoesNotCount() {
    add(20, 1, 100);
    add(1, 1, 1_000_000);
    assertTrue(costs.usual(1) < 150, () -> "usual " + costs.usual(1));
  }

  @Test
  void theFirstRunsOfASizeDoMoreThanLaterOnes() {
    add(1, 1, 1_000_000_000);
    add(1, 1, 400);
    assertEquals(400, costs.usual(1), CLOSE);
  }

  @Test
  void batchesGrowByTheirDouble() {
    assertEquals(2, costs.largestWithin(1000));
    add(1, 1, 10);
    assertEquals(2, costs.largestWithin(1000));
    add(1, 2, 12);
    assertEquals(4, costs.largestWithin(1000));
    add(1, 4, 14);
    assertEquals(8, costs.largestWithin(1000));
    assertEquals(2, costs.largestWithin(12));
    assertEquals(1, costs.largestWithin(1), "alone, whatever it takes");
  }

  @Test
  void theLargestIsTheLastThatIsWithin() {
    long seed = Long.getLong("sluice.seed", System.nanoTime());
    System.out.println("BatchCostsTest seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      BatchCosts some = new BatchCosts();
      long most = 1;
      for (int run = random.nextInt(30); run > 0; run--) {
        long rows = 1L << random.nextInt(1 + random.nextInt(11));
        most = Math.max(most, rows);
        some.add(rows, 100 + random.nextInt(1000), random.nextBoolean());
      }
      double nanos = random.nextInt(2000);
      long best = 1;
      for (long two = 2; two <= Math.min(1024, 2 * most); two *= 2) {
        best = some.usual(two) <= nanos ? two : best;
        long between = two + two / 2;
        best = two < 1024 && between <= 2 * most && some.usual(between) <= nanos ? between : best;
      }
      assertEquals(best, some.largestWithin(nanos), "seed " + seed + ", round " + round);
    }
  }

  @Test
  void everyRunIsNoticed() {
    AtomicLong common = new AtomicLong();
    add(1, 1, 10);
    assertEquals(1, costs.learned());
    costs.countIn(common);
    add(2, 4, 10);
    assertEquals(3, costs.learned());
    assertEquals(2, common.get());
  }

  /** Or one slow run of a size would keep batches smaller for ever. */
  @Test
  void whatLargerRunsTookIsForgottenWhereOthersWait() {
    add(10, 1, 100);
    add(10, 2, 110);
    add(1, 4, 10_000);
    assertEquals(3, costs.largestWithin(6000), "between");
    int batches = 0;
    while (costs.largestWithin(300) < 4) {
      costs.add(2, 110, true);
      batches++;
    }
    assertTrue(batches > 100, "after " + batches);
    assertTrue(batches < 2000, "after " + batches);
  }
}
