package dev.sluice.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class VersionStatisticsTest {
  private final InferenceMetrics metrics =
      new ServingMetrics(new MetricRegistry(), false).inference();
  private final VersionStatistics statistics = metrics.of("m", 3);

  @Test
  void runsAreCountedByTheirRowsAndVersionsApart() {
    for (long rows : new long[] {1, 4, 4}) {
      statistics.ran(rows, 10 * rows);
    }
    assertEquals(3, statistics.runs());
    assertEquals(2, statistics.runsByRows().size());
    assertEquals(80, statistics.runsByRows().getOrDefault(4L, statistics.failed()).nanos());
    assertEquals(0, metrics.of("m", 4).runs());
    assertEquals(2, metrics.all().size());
    for (long rows = 0; rows < 10_000; rows++) {
      statistics.ran(rows, 1);
    }
    assertTrue(statistics.runsByRows().size() <= 256);
    assertEquals(10_003, statistics.runs());
  }
}
