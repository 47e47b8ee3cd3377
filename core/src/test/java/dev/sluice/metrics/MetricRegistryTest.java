package dev.sluice.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class MetricRegistryTest {
  private final MetricRegistry registry = new MetricRegistry();

  @Test
  void histogramIsCumulativeWithSamplesStrictlyBelowTheLimit() {
    Family<Histogram> latency =
        registry.histogram("/demo/latency", Buckets.exponential(1, 4, 4), "kind");
    for (long sample : new long[] {3, 40, 500, 16}) {
      latency.cell("a").record(sample);
    }
    assertEquals(
        """
        # TYPE :demo:latency histogram
        :demo:latency_bucket{kind="a",le="1"} 0
        :demo:latency_bucket{kind="a",le="4"} 1
        :demo:latency_bucket{kind="a",le="16"} 1
        :demo:latency_bucket{kind="a",le="64"} 3
        :demo:latency_bucket{kind="a",le="+Inf"} 4
        :demo:latency_sum{kind="a"} 559
        :demo:latency_count{kind="a"} 4
        """,
        registry.page());
  }

  @Test
  void bracesAreThereWithoutLabels() {
    registry.counter("/a/runs").cell().add(8);
    registry.histogram("/b", Buckets.exponential(1, 2, 1)).cell().record(0);
    assertEquals(
        """
        # TYPE :a:runs counter
        :a:runs{} 8
        # TYPE :b histogram
        :b_bucket{le="1"} 1
        :b_bucket{le="+Inf"} 1
        :b_sum{} 0
        :b_count{} 1
        """,
        registry.page());
  }

  @Test
  void familiesAreSortedByInternalNameAndCellsByLabelValues() {
    registry.gauge("/b/z");
    Family<Counter> family = registry.counter("/b/a1", "x", "y");
    family.cell("b", "").increment();
    family.cell("a", "z").increment();
    family.cell("a", "").increment();
    registry.counter("/b/a/c");
    assertEquals(
        """
        # TYPE :b:a:c counter
        # TYPE :b:a1 counter
        :b:a1{x="a",y=""} 1
        :b:a1{x="a",y="z"} 1
        :b:a1{x="b",y=""} 1
        # TYPE :b:z gauge
        """,
        registry.page());
  }

  @Test
  void oddNamesAndLabelValuesAreMadeSafe() {
    assertEquals("_7:a:b_c", PrometheusText.metricName("7/a-b_c"));
    assertEquals("_7_a_b", PrometheusText.labelName("7/a_b"));
    registry.counter("/c", "m").cell("a\"b\\c\nd").increment();
    assertEquals("# TYPE :c counter\n:c{m=\"a\\\"b\\\\c\\nd\"} 1\n", registry.page());
  }

  @Test
  void aCellIsTheSameEveryTimeAndNeedsAllItsLabels() {
    Family<Counter> family = registry.counter("/c", "m");
    assertSame(family.cell("x"), family.cell("x"));
    assertThrows(IllegalArgumentException.class, family::cell);
    assertThrows(IllegalArgumentException.class, () -> registry.gauge("/c"));
  }

  @Test
  void aNumberIsThatOfTheFirstCell() {
    Family<Counter> family = registry.counter("/c", "m");
    assertEquals(0, registry.value("/c"));
    family.cell("b").add(2);
    family.cell("a").add(3);
    assertEquals(3, registry.value("/c"));
    registry.histogram("/h", Buckets.exponential(1, 2, 1)).cell().record(5);
    assertEquals(0, registry.value("/h"));
    assertEquals(0, registry.value("/unknown"));
    registry.gauge("/g").cell().set(-4);
    assertEquals(-4, registry.value("/g"));
  }

  @Test
  void nothingIsLostBetweenThreads() throws InterruptedException {
    Histogram histogram = registry.histogram("/h", Buckets.exponential(1, 2, 8)).cell();
    int threads = 4;
    int each = 20_000;
    CountDownLatch go = new CountDownLatch(1);
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (int t = 0; t < threads; t++) {
        executor.execute(
            () -> {
              try {
                go.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              for (int i = 0; i < each; i++) {
                histogram.record(i & 15);
              }
            });
      }
      go.countDown();
    }
    assertEquals((long) threads * each, histogram.count());
    assertEquals(120L * threads * (each / 16), histogram.sum());
  }
}
