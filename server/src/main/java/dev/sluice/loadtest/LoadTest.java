package dev.sluice.loadtest;

import dev.sluice.loadtest.report.About;
import dev.sluice.loadtest.report.JsonReport;
import dev.sluice.loadtest.report.Load;
import dev.sluice.loadtest.report.Progress;
import dev.sluice.loadtest.report.Report;
import dev.sluice.loadtest.report.Run;
import dev.sluice.loadtest.report.SvgPlot;
import dev.sluice.loadtest.report.Table;
import dev.sluice.loadtest.report.TextPlot;
import dev.sluice.loadtest.wire.LoadThreads;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** A load test from its options to its report. Used by one thread. */
public final class LoadTest {
  private final LoadSettings settings;
  private final String toolVersion;
  private final PrintStream out;
  private final PrintStream err;
  private final Progress progress;
  private final Stop stop;

  /**
   * Creates a load test.
   *
   * @param toolVersion for the report
   * @param out takes the table, or the JSON if that is wished there
   * @param err takes progress and, beside JSON, the table
   * @param interactive if {@code err} is a terminal
   * @throws BenchException if options contradict each other
   */
  public LoadTest(
      BenchOptions options,
      String toolVersion,
      PrintStream out,
      PrintStream err,
      boolean interactive,
      Stop stop)
      throws BenchException {
    this.settings = options.settings();
    this.toolVersion = toolVersion;
    this.out = out;
    this.err = err;
    this.progress = new Progress(err, interactive);
    this.stop = stop;
  }

  /**
   * Runs everything and prints the report; what was measured until a stop counts.
   *
   * @return true if there were answers, and none was wrong
   * @throws BenchException if there is no load to put on anything, or a file cannot be written
   */
  public boolean run() throws BenchException, InterruptedException {
    requireFolder("--plot", settings.plot());
    if (!settings.printsJson()) {
      requireFolder("--json", settings.json().map(Path::of));
    }
    try (LoadThreads threads = new LoadThreads(settings.threads())) {
      Wires wires =
          new Wires(
              settings.target().protocol(), settings.target().address(), threads, System::nanoTime);
      Asker asker = new Asker(wires, settings.target(), stop);
      ModelInfo model = new Metadata(settings.target(), asker).fetch();
      Payload payload =
          new PayloadMaker(settings.target(), settings.signature(), settings.input()).make(model);
      Check check =
          settings.check().orElse(payload.messages().size() == 1 ? Check.SAME : Check.SHAPE);
      Preflight.Checks checks = new Preflight(settings.target(), asker).run(payload, check);
      UsageMeter meter = new UsageMeter(new ProcFiles(Path.of("/proc")), wires.address());
      LoadRun runner = new LoadRun(settings, wires, payload, checks, meter, progress, stop);
      return report(about(model, payload, check), runner);
    }
  }

  /** Says before the load that a result could not be written after it. */
  private static void requireFolder(String option, Optional<Path> file) throws BenchException {
    if (file.isPresent()) {
      Path folder = file.get().toAbsolutePath().getParent();
      if (folder == null || !Files.isWritable(folder) || Files.isDirectory(file.get())) {
        throw new BenchException("%s=%s: cannot be written".formatted(option, file.get()));
      }
    }
  }

  private About about(ModelInfo model, Payload payload, Check check) {
    LoadSettings.Input input = settings.input();
    Target target = settings.target();
    boolean made = input.file().isEmpty();
    return new About(
        toolVersion,
        target.protocol().name().toLowerCase(Locale.ROOT),
        target.host() + ":" + target.port() + target.path(),
        target.server(),
        target.model(),
        model.version(),
        payload.signature(),
        settings.loads().getFirst() instanceof Load.Open,
        settings.duration(),
        settings.warmup(),
        settings.deadline(),
        check.name().toLowerCase(Locale.ROOT),
        new About.Input(
            payload.text(),
            input.file().map(Path::toString),
            payload.messages().size(),
            input.batch(),
            made ? OptionalLong.of(input.seed()) : OptionalLong.empty(),
            payload.bytes()));
  }

  private boolean report(About about, LoadRun runner) throws BenchException, InterruptedException {
    Table table = new Table(settings.printsJson() ? err : out, about);
    table.head();
    List<Run> runs = new ArrayList<>();
    try {
      for (Load load : settings.loads()) {
        Optional<Run> run = runner.run(load);
        run.ifPresent(runs::add);
        run.ifPresent(table::row);
        if (stop.isRequested()) {
          break;
        }
      }
    } finally {
      // What was measured before a server went away is worth as much as before.
      write(new Report(about, runs), table);
    }
    return new Report(about, runs).isGood();
  }

  private void write(Report report, Table table) throws BenchException {
    table.notes(report.runs());
    if (report.runs().size() > 1) {
      table.plot(new TextPlot(report));
    }
    String json = JsonReport.of(report);
    if (settings.printsJson()) {
      out.println(json);
    } else if (settings.json().isPresent()) {
      write("--json", Path.of(settings.json().get()), json + "\n");
    }
    if (settings.plot().isPresent()) {
      write("--plot", settings.plot().get(), SvgPlot.of(report));
    }
  }

  private static void write(String option, Path file, String text) throws BenchException {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new BenchException("%s=%s: cannot be written: %s".formatted(option, file, e));
    }
  }
}
