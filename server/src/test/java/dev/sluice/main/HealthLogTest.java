package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.health.HealthReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class HealthLogTest {
  private final List<String> lines = new ArrayList<>();
  private final HealthLog log = new HealthLog(lines::add, lines::add);

  private void accept(String... troubles) {
    log.accept(new HealthReport(true, List.of(troubles), Map.of(), Set.of()));
  }

  @Test
  void saysEachTroubleOnceAndWhenAllAreOver() {
    accept();
    accept("a");
    accept("a");
    accept("a", "b");
    accept("b");
    accept();
    accept();
    assertEquals(List.of("Not ready: a", "Not ready: b", "Ready again"), lines);
  }
}
