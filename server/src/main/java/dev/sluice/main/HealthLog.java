package dev.sluice.main;

import dev.sluice.health.HealthReport;
import java.util.List;
import java.util.function.Consumer;

/** Writes what begins and ends to be wrong into the log. Confined to the monitor's thread. */
final class HealthLog implements Consumer<HealthReport> {
  private final Consumer<String> warnings;
  private final Consumer<String> news;
  private List<String> known = List.of();

  HealthLog(Consumer<String> warnings, Consumer<String> news) {
    this.warnings = warnings;
    this.news = news;
  }

  @Override
  public void accept(HealthReport report) {
    List<String> now = report.troubles();
    if (now.equals(known)) {
      return;
    }
    now.stream()
        .filter(trouble -> !known.contains(trouble))
        .forEach(trouble -> warnings.accept("Not ready: " + trouble));
    if (now.isEmpty()) {
      news.accept("Ready again");
    }
    known = now;
  }
}
