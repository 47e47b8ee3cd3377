package dev.sluice.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SluiceMetricsTest {
  private static final long MILLI = 1_000_000;

  private final MetricRegistry others = new MetricRegistry();
  private final ServingMetrics serving = new ServingMetrics(others, false);
  private final SluiceMetrics metrics = serving.own();

  private Stream<String> lines(String prefix) {
    return new Exposition(serving, others, List.of())
        .page(PageFormat.TEXT)
        .lines()
        .filter(line -> line.startsWith(prefix));
  }

  private void end(VersionMetrics version, String signature) {
    version.ended(signature, serving.requests(Api.INFER, Entrypoint.REST), 0, "OK", MILLI, null);
  }

  @Test
  void aVersionKeepsItsCellsUntilItEnds() {
    VersionMetrics first = metrics.of("m", 1);
    assertSame(first, metrics.of("m", 1));
    end(first, "s");
    first.decoded(MILLI);
    first.waited(MILLI);
    first.ran("s", 4, MILLI);
    first.countInFlight(() -> 5);
    first.countQueued(() -> 6);
    metrics.loaded("m", 1, MILLI, 7);
    end(metrics.of("m", 2), "s");
    assertEquals(
        List.of(
            "sluice_requests_in_flight{model=\"m\",version=\"1\"} 5",
            "sluice_queue_length{model=\"m\",version=\"1\"} 6"),
        Stream.concat(lines("sluice_requests_in_flight"), lines("sluice_queue_length")).toList());
    metrics.ended("m", 1);
    end(first, "late");
    assertEquals(0, lines("sluice_").filter(line -> line.contains("version=\"1\"")).count());
    assertTrue(lines("sluice_").anyMatch(line -> line.contains("version=\"2\"")));
    assertEquals(1, lines("sluice_model_loads_total").count());
  }

  @Test
  void versionsThatFollowEachOtherLeaveNothingBehind() {
    long before = lines("sluice_").count();
    for (int version = 1; version <= 1000; version++) {
      VersionMetrics cells = metrics.of("m", version);
      end(cells, "s");
      cells.ran("s", 1, MILLI);
      metrics.ended("m", version);
    }
    assertEquals(before, lines("sluice_").count());
    assertEquals(List.of(), metrics.numbers());
  }

  @Test
  void signaturesThatClientsPutTogetherAreBounded() {
    VersionMetrics version = metrics.of("m", 1);
    for (int i = 0; i < 10 * VersionMetrics.MOST_SIGNATURES; i++) {
      end(version, "s" + i);
    }
    assertEquals(
        VersionMetrics.MOST_SIGNATURES + 1, lines("sluice_request_duration_seconds_count").count());
    assertEquals(
        List.of(9L * VersionMetrics.MOST_SIGNATURES),
        lines("sluice_request_duration_seconds_count")
            .filter(line -> line.contains("signature=\"other\""))
            .map(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
            .toList());
  }

  @Test
  void modelsThatNobodyServesShareOneLabel() {
    metrics.serve("known");
    for (String model : List.of("known", "invented", "also invented")) {
      metrics
          .unfound(model)
          .ended("", serving.requests(Api.PREDICT, Entrypoint.GRPC), 5, "NOT_FOUND", MILLI, null);
      metrics.refused(model, Refusal.CONCURRENCY);
    }
    String labels =
        "version=\"\",signature=\"\",protocol=\"grpc\",api=\"predict\",code=\"NOT_FOUND\"";
    assertEquals(
        List.of(
            "sluice_request_duration_seconds_count{model=\"known\"," + labels + "} 1",
            "sluice_request_duration_seconds_count{model=\"other\"," + labels + "} 2"),
        lines("sluice_request_duration_seconds_count").toList());
    assertEquals(
        List.of(
            "sluice_requests_refused_total{model=\"known\",reason=\"concurrency\"} 1",
            "sluice_requests_refused_total{model=\"other\",reason=\"concurrency\"} 2"),
        lines("sluice_requests_refused_total").toList());
  }

  @Test
  void aFamilyHasABound() {
    int models = MetricRegistry.MOST_CELLS + 50;
    for (int i = 0; i < models; i++) {
      metrics.loadFailed("m" + i);
    }
    assertEquals(MetricRegistry.MOST_CELLS + 1, lines("sluice_model_loads_total").count());
    assertEquals(
        List.of("sluice_model_loads_total{model=\"other\",status=\"other\"} 50"),
        lines("sluice_model_loads_total{model=\"other\"").toList());
  }

  @Test
  void numbersAreThoseOfTheVersionNow() {
    AtomicLong inFlight = new AtomicLong();
    VersionMetrics version = metrics.of("m", 1);
    version.countInFlight(inFlight::get);
    end(version, "a");
    end(version, "b");
    version.ended(
        "a",
        serving.requests(Api.PREDICT, Entrypoint.GRPC),
        8,
        "RESOURCE_EXHAUSTED",
        70_000 * MILLI,
        null);
    version.ran("a", 8, MILLI);
    inFlight.set(3);
    VersionNumbers numbers = metrics.numbers("m", 1);
    assertNotNull(numbers);
    assertEquals(Map.of(0, 2L, 8, 1L), numbers.requests());
    assertEquals(3, numbers.durations().count());
    assertEquals(70.002, numbers.durations().sum(), 1e-9);
    assertEquals(numbers.durations().limits().size() + 1, numbers.durations().counts().size());
    int upToMilli = numbers.durations().limits().indexOf(1e-3);
    assertEquals(2, numbers.durations().counts().get(upToMilli));
    assertEquals(0, numbers.durations().counts().get(upToMilli - 1));
    assertEquals(1, numbers.batchRows().count());
    assertEquals(0, numbers.queueTimes().count());
    assertEquals(3, numbers.inFlight());
    assertEquals(-1, numbers.memoryBytes());
    assertEquals(
        List.of(numbers.model()), metrics.numbers().stream().map(VersionNumbers::model).toList());
    assertNull(metrics.numbers("m", 2));
  }
}
