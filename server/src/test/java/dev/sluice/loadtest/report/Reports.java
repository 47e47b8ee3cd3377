package dev.sluice.loadtest.report;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Reports for tests. */
final class Reports {
  private static final long MILLI = 1_000_000;

  private Reports() {}

  static Run run(Load load, long right, ErrorCount... failures) {
    return new Run(
        load,
        4,
        1,
        Duration.ofSeconds(2),
        right,
        List.of(failures),
        new Latencies(right, 1.5 * MILLI, MILLI, 2 * MILLI, 40 * MILLI, 50 * MILLI, 60 * MILLI),
        Optional.of(new Run.ServerUse(20.5, 0.5, 300L << 20)),
        new Run.ToolUse(0.25, 1, MILLI / 10),
        false);
  }

  static Run empty() {
    return new Run(
        new Load.Closed(1),
        1,
        1,
        Duration.ofSeconds(2),
        0,
        List.of(new ErrorCount("CONNECTION", 3, "refused")),
        new Latencies(0, 0, 0, 0, 0, 0, 0),
        Optional.empty(),
        new Run.ToolUse(0, 1, 0),
        true);
  }

  static Report of(boolean open, Run... runs) {
    return new Report(
        new About(
            "1.0",
            "rest",
            "localhost:8501",
            "REST localhost:8501",
            "a<b>&c",
            OptionalLong.of(3),
            "serving_default",
            open,
            Duration.ofSeconds(2),
            Duration.ofMillis(500),
            Optional.empty(),
            "same",
            new About.Input(
                "one request", Optional.empty(), 1, OptionalInt.empty(), OptionalLong.of(1), 21)),
        List.of(runs));
  }
}
