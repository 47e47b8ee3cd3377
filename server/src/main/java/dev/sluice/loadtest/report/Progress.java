package dev.sluice.loadtest.report;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** A line on a terminal that says how far a run is; nothing elsewhere. Used by one thread. */
public final class Progress {
  private static final int WIDTH = 24;
  private static final String ERASE = "\r\033[K";

  private final PrintStream terminal;
  private final boolean on;
  private String name = "";
  private Duration warmup = Duration.ZERO;
  private Duration total = Duration.ZERO;
  private long answersBefore;
  private Duration before = Duration.ZERO;

  /** Creates a line; {@code on} if the stream is a terminal. */
  public Progress(PrintStream terminal, boolean on) {
    this.terminal = terminal;
    this.on = on;
  }

  /** Begins a run. */
  public void begin(Load load, Duration warmupTime, Duration duration) {
    name =
        switch (load) {
          case Load.Closed closed -> closed.text() + " clients";
          case Load.Open open -> open.text() + "/s wanted";
        };
    warmup = warmupTime;
    total = warmupTime.plus(duration);
    answersBefore = 0;
    before = Duration.ZERO;
  }

  /** Shows the state after so much time and so many answers. */
  public void show(Duration elapsed, long answers) {
    if (on) {
      terminal.print(ERASE + line(elapsed, answers));
      terminal.flush();
    }
    answersBefore = answers;
    before = elapsed;
  }

  String line(Duration elapsed, long answers) {
    double share = Math.clamp((double) elapsed.toMillis() / Math.max(1, total.toMillis()), 0, 1);
    int filled = (int) Math.round(share * WIDTH);
    double rate = (answers - answersBefore) * 1e9 / Math.max(1, elapsed.minus(before).toNanos());
    String phase =
        elapsed.compareTo(warmup) < 0
            ? "warming up"
            : elapsed.compareTo(total) < 0 ? "measuring" : "waiting for the last answers";
    return String.format(
        Locale.ROOT,
        "%s [%s%s] %3.0f %%  %s, %.0f/s",
        name,
        "=".repeat(filled),
        " ".repeat(WIDTH - filled),
        share * 100,
        phase,
        rate);
  }

  /** Takes the line away. */
  public void clear() {
    if (on) {
      terminal.print(ERASE);
      terminal.flush();
    }
  }
}
