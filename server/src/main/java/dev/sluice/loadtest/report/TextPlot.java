package dev.sluice.loadtest.report;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The latency-throughput plot with characters, for a terminal. */
public final class TextPlot {
  private static final int COLUMNS = 60;
  private static final int ROWS = 12;
  private static final int LABEL = 9;
  private static final String BOXES = "●▲│─└";
  private static final String ASCII = "o^|-+";

  private final List<Run> runs;
  private final PlotScale scale;

  /** Creates a plot of the runs that have answers. */
  public TextPlot(Report report) {
    this.runs = report.runs().stream().filter(run -> run.latencies().count() > 0).toList();
    this.scale = PlotScale.of(runs);
  }

  /** Returns the lines, in characters that the terminal has. */
  List<String> lines(Charset charset) {
    if (runs.isEmpty()) {
      return List.of();
    }
    boolean rich = charset.canEncode() && charset.newEncoder().canEncode(BOXES);
    String marks = rich ? BOXES : ASCII;
    char[][] grid = new char[ROWS][COLUMNS];
    Arrays.stream(grid).forEach(row -> Arrays.fill(row, ' '));
    for (Run run : runs) {
      mark(grid, run, run.latencies().p50(), marks.charAt(0));
      mark(grid, run, run.latencies().p99(), marks.charAt(1));
    }
    List<String> lines = new ArrayList<>();
    lines.add(" ".repeat(LABEL) + "ms   " + marks.charAt(0) + " p50   " + marks.charAt(1) + " p99");
    for (int row = ROWS - 1; row >= 0; row--) {
      lines.add((label(row) + marks.charAt(2) + new String(grid[row])).stripTrailing());
    }
    lines.add(
        " ".repeat(LABEL) + marks.charAt(4) + String.valueOf(marks.charAt(3)).repeat(COLUMNS));
    String right = Numbers.short4(scale.right()) + " req/s";
    lines.add(" ".repeat(LABEL) + "0" + " ".repeat(COLUMNS - right.length()) + right);
    return lines;
  }

  private void mark(char[][] grid, Run run, long nanos, char mark) {
    int row = (int) Math.round(scale.y(Numbers.millis(nanos)) * (ROWS - 1));
    int column = (int) Math.round(scale.x(run.rate()) * (COLUMNS - 1));
    grid[row][column] = mark;
  }

  /** Labels bottom, middle and top. */
  private String label(int row) {
    double value = scale.low() * Math.pow(scale.high() / scale.low(), row / (ROWS - 1.0));
    boolean shown = row == 0 || row == ROWS - 1 || row == ROWS / 2;
    return shown ? "%8s ".formatted(Numbers.short3(value)) : " ".repeat(LABEL);
  }
}
