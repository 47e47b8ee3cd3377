package dev.sluice.loadtest.report;

import java.util.List;

/** A load test and what it found. */
public record Report(About about, List<Run> runs) {
  /** Copies the runs. */
  public Report {
    runs = List.copyOf(runs);
  }

  /** Returns true if something was answered, and nothing wrong. */
  public boolean isGood() {
    return runs.stream().anyMatch(run -> run.right() > 0)
        && runs.stream().allMatch(run -> run.wrong() == 0);
  }
}
