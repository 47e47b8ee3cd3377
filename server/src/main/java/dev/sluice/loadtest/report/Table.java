package dev.sluice.loadtest.report;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** The report for people: a head, a row as soon as a run is done, and notes. */
public final class Table {
  private static final String ROW = "%9s %9s %8s %8s %8s %8s %8s %7s %7s %10s %7s %8s";
  private static final double MEBI = 1 << 20;
  private static final String UNKNOWN = "-";

  private final PrintStream out;
  private final About about;
  private final String micro;

  /** Creates a table that is printed to a stream. */
  public Table(PrintStream out, About about) {
    this.out = out;
    this.about = about;
    this.micro =
        out.charset().canEncode() && out.charset().newEncoder().canEncode('µ') ? "µs" : "us";
  }

  /** Prints what is measured, and the names of the columns. */
  public void head() {
    String version = about.version().isPresent() ? ", version " + about.version().getAsLong() : "";
    out.printf(
        Locale.ROOT,
        "%s%s, signature %s, %s%n",
        about.model(),
        version,
        about.signature(),
        about.server());
    String deadline = about.deadline().map(time -> ", deadline " + seconds(time)).orElse("");
    out.printf(
        Locale.ROOT,
        "%s, %s after %s of warm-up%s%n",
        about.open() ? "open loop (Poisson arrivals)" : "closed loop",
        seconds(about.duration()),
        seconds(about.warmup()),
        deadline);
    out.printf(
        Locale.ROOT,
        "input: %s, %d bytes; check: %s%n%n",
        about.input().text(),
        about.input().bytes(),
        about.check());
    out.println(
        ROW.formatted(
            about.open() ? "wanted/s" : "clients",
            "req/s",
            "p50 ms",
            "p90 ms",
            "p99 ms",
            "p99.9 ms",
            "max ms",
            "errors",
            "wrong",
            "CPU " + micro + "/req",
            "RSS MB",
            "tool CPU"));
    out.flush();
  }

  private static String seconds(Duration duration) {
    return Numbers.short3(duration.toNanos() / 1e9).replaceAll("\\.?0+$", "") + " s";
  }

  /** Prints a run. */
  public void row(Run run) {
    Latencies latencies = run.latencies();
    out.println(
        ROW.formatted(
            run.load().text(),
            String.format(Locale.ROOT, run.rate() < 100 ? "%.1f" : "%.0f", run.rate()),
            millis(latencies, latencies.p50()),
            millis(latencies, latencies.p90()),
            millis(latencies, latencies.p99()),
            millis(latencies, latencies.p999()),
            millis(latencies, latencies.max()),
            run.errors(),
            run.wrong(),
            run.server().map(use -> Numbers.short3(use.cpuMicrosPerRequest())).orElse(UNKNOWN),
            run.server()
                .map(use -> String.format(Locale.ROOT, "%.0f", use.residentBytes() / MEBI))
                .orElse(UNKNOWN),
            String.format(Locale.ROOT, "%.0f %%", run.tool().share() * 100)));
    out.flush();
  }

  private static String millis(Latencies latencies, long nanos) {
    return latencies.count() == 0 ? UNKNOWN : Numbers.short4(Numbers.millis(nanos));
  }

  /** Prints failures and warnings of all runs. */
  public void notes(List<Run> runs) {
    out.println();
    for (Run run : runs) {
      String level =
          (about.open() ? "at " : "with ") + run.load().text() + (about.open() ? "/s" : "");
      for (ErrorCount failure : run.failures()) {
        out.println(
            "%s: %d x %s%s"
                .formatted(
                    level,
                    failure.count(),
                    failure.code(),
                    failure.example().isEmpty() ? "" : ", the first: " + failure.example()));
      }
      run.warnings().forEach(warning -> out.println(level + ": " + warning));
      if (run.interrupted()) {
        out.println(level + ": interrupted after " + seconds(run.elapsed()));
      }
    }
    if (runs.isEmpty()) {
      out.println("nothing was measured");
    }
    out.flush();
  }

  /** Prints a plot. */
  public void plot(TextPlot plot) {
    plot.lines(out.charset()).forEach(out::println);
    out.flush();
  }
}
