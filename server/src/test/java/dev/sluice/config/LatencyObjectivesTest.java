package dev.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LatencyObjectivesTest {
  @Test
  void oneForAll() throws ConfigException {
    LatencyObjectives objectives = LatencyObjectives.parse("25.5");
    assertEquals(Duration.ofNanos(25_500_000), objectives.of("any"));
  }

  @Test
  void modelsMayHaveTheirOwnOrNone() throws ConfigException {
    LatencyObjectives objectives = LatencyObjectives.parse("bert=200, 50,tiny=0,a=b=1");
    assertEquals(Duration.ofMillis(200), objectives.of("bert"));
    assertEquals(Duration.ZERO, objectives.of("tiny"));
    assertEquals(Duration.ofMillis(1), objectives.of("a=b"));
    assertEquals(Duration.ofMillis(50), objectives.of("any"));
  }

  @Test
  void nothingIsWantedUnlessSaid() throws ConfigException {
    assertEquals(LatencyObjectives.NONE, LatencyObjectives.parse(""));
    assertEquals(Duration.ZERO, LatencyObjectives.NONE.of("any"));
  }

  @Test
  void whatIsMissingBetweenCommasIsSaid() {
    for (String value : List.of("50,,", ",", "50, ,a=1", "50,")) {
      ConfigException failure =
          assertThrows(ConfigException.class, () -> LatencyObjectives.parse(value));
      assertEquals(
          "--latency_objective_ms="
              + value
              + ": expected milliseconds or MODEL=milliseconds between commas, found nothing",
          failure.text());
    }
  }

  @Test
  void whatIsNoNumberIsNamed() {
    for (String part : List.of("fast", "m=", "m=-1", "=x", "1e99", "NaN")) {
      ConfigException failure =
          assertThrows(ConfigException.class, () -> LatencyObjectives.parse("5," + part));
      assertTrue(failure.text().contains("'" + part + "'"), failure::text);
    }
  }
}
