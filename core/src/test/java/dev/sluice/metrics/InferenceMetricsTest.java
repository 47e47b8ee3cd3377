package dev.sluice.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class InferenceMetricsTest {
  private static final int MANY = 10_000;

  private final MetricRegistry registry = new MetricRegistry();
  private final InferenceMetrics metrics = new ServingMetrics(registry, false).inference();

  private List<Long> versions(String model) {
    return metrics.all().stream()
        .filter(each -> each.model().equals(model))
        .map(VersionStatistics::version)
        .toList();
  }

  private long lines() {
    return registry
        .page()
        .lines()
        .filter(line -> line.startsWith("nv_inference_") && line.contains("model=\"m\""))
        .count();
  }

  @Test
  void oneVersionIsLeftOfManyThatFollowEachOther() {
    metrics.of("other", 1);
    long before = registry.page().length();
    for (int version = 1; version <= MANY; version++) {
      metrics.of("m", version);
      metrics.ended("m", version - 1);
    }
    assertEquals(List.of((long) MANY), versions("m"));
    assertEquals(List.of(1L), versions("other"));
    assertEquals(7, lines());
    assertTrue(registry.page().length() < before + 1_000, registry::page);
  }

  @Test
  void oneVersionIsLeftAlsoIfEachEndsBeforeTheNextBegins() {
    for (int version = 1; version <= MANY; version++) {
      metrics.of("m", version);
      metrics.ended("m", version);
    }
    assertEquals(List.of((long) MANY), versions("m"));
    assertEquals(7, lines());
  }

  @Test
  void whatIsLoadedOrNewestIsKept() {
    VersionStatistics first = metrics.of("m", 1);
    metrics.of("m", 2);
    VersionStatistics third = metrics.of("m", 3);
    metrics.ended("m", 3);
    metrics.ended("m", 2);
    metrics.ended("m", 77);
    metrics.ended("none", 1);
    assertEquals(List.of(1L, 3L), versions("m"));
    assertSame(first, metrics.of("m", 1));
    assertSame(third, metrics.of("m", 3), "loaded again");
    metrics.of("m", 4);
    assertEquals(List.of(1L, 3L, 4L), versions("m"));
  }

  @Test
  void aVersionThatComesBackBeginsAnew() {
    VersionStatistics old = metrics.of("m", 1);
    old.failed(1);
    metrics.of("m", 2);
    metrics.ended("m", 1);
    VersionStatistics again = metrics.of("m", 1);
    assertNotSame(old, again);
    assertEquals(0, again.failed().count());
    again.succeeded(1, 1, 1, 1);
    String line = "nv_inference_request_success{model=\"m\",version=\"1\"} 1\n";
    assertTrue(registry.page().contains(line), registry::page);
  }
}
