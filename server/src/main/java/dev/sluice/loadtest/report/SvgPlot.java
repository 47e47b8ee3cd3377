package dev.sluice.loadtest.report;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** A latency-throughput plot: p50 and p99 of each run over the requests per second that it got. */
public final class SvgPlot {
  private static final int WIDTH = 800;
  private static final int HEIGHT = 480;
  private static final int LEFT = 80;
  private static final int RIGHT = 30;
  private static final int TOP = 70;
  private static final int BOTTOM = 60;
  private static final int RADIUS = 4;

  private final StringBuilder svg = new StringBuilder();
  private final Report report;
  private final List<Run> runs;
  private final PlotScale scale;

  private SvgPlot(Report report) {
    this.report = report;
    this.runs =
        report.runs().stream()
            .filter(run -> run.latencies().count() > 0)
            .sorted(Comparator.comparingDouble(run -> run.load().level()))
            .toList();
    this.scale = PlotScale.of(runs);
  }

  /** Returns the document. */
  public static String of(Report report) {
    SvgPlot plot = new SvgPlot(report);
    plot.begin();
    if (plot.runs.isEmpty()) {
      plot.text(WIDTH / 2.0, HEIGHT / 2.0, "middle", 14, "nothing was measured");
    } else {
      plot.grid();
      plot.series("p50", "#1f6feb", Latencies::p50, 0);
      plot.series("p99", "#d1242f", Latencies::p99, 1);
    }
    return plot.svg.append("</svg>\n").toString();
  }

  private void begin() {
    About about = report.about();
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\">",
        WIDTH, HEIGHT);
    add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, HEIGHT);
    text(LEFT, 26, "start", 16, about.model() + ", " + about.server());
    String loop =
        about.open() ? "open loop, labels: wanted requests/s" : "closed loop, labels: clients";
    text(LEFT, 46, "start", 12, loop + "; " + about.input().text() + ", check " + about.check());
  }

  private void grid() {
    for (double tick : scale.yTicks()) {
      double y = y(tick);
      line(LEFT, y, WIDTH - RIGHT, y, "#dddddd");
      text(LEFT - 8, y + 4, "end", 12, plain(tick));
    }
    for (double tick : scale.xTicks()) {
      double x = x(tick);
      line(x, TOP, x, HEIGHT - BOTTOM, "#eeeeee");
      text(x, HEIGHT - BOTTOM + 18, "middle", 12, plain(tick));
    }
    line(LEFT, TOP, LEFT, HEIGHT - BOTTOM, "#444444");
    line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "#444444");
    text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 16, "middle", 13, "requests per second");
    add(
        "<text x=\"20\" y=\"%d\" font-size=\"13\" text-anchor=\"middle\" transform=\"rotate(-90 20 %d)\">"
            + "latency in ms</text>",
        (TOP + HEIGHT - BOTTOM) / 2, (TOP + HEIGHT - BOTTOM) / 2);
  }

  private void series(String name, String color, ToLongFunction<Latencies> percentile, int row) {
    StringBuilder points = new StringBuilder();
    for (Run run : runs) {
      double millis = Numbers.millis(percentile.applyAsLong(run.latencies()));
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(run.rate()), y(millis)));
    }
    add(
        "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>",
        color, points.toString().strip());
    for (Run run : runs) {
      double millis = Numbers.millis(percentile.applyAsLong(run.latencies()));
      add(
          "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%d\" fill=\"%s\"><title>%s</title></circle>",
          x(run.rate()),
          y(millis),
          RADIUS,
          color,
          escaped(
              "%s: %s requests/s, %s %s ms"
                  .formatted(
                      run.load().text(),
                      Numbers.short4(run.rate()),
                      name,
                      Numbers.short4(millis))));
      text(x(run.rate()) + 6, y(millis) - 6, "start", 11, run.load().text());
    }
    double legend = WIDTH - RIGHT - 60.0;
    add(
        "<circle cx=\"%.1f\" cy=\"%d\" r=\"%d\" fill=\"%s\"/>",
        legend, 22 + 18 * row, RADIUS, color);
    text(legend + 10, 26 + 18.0 * row, "start", 12, name);
  }

  private double x(double rate) {
    return LEFT + scale.x(rate) * (WIDTH - LEFT - RIGHT);
  }

  private double y(double millis) {
    return HEIGHT - BOTTOM - scale.y(millis) * (HEIGHT - TOP - BOTTOM);
  }

  private static String plain(double value) {
    String text = String.format(Locale.ROOT, "%.3f", value);
    return text.replaceAll("\\.?0+$", "");
  }

  private void line(double x1, double y1, double x2, double y2, String color) {
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>",
        x1, y1, x2, y2, color);
  }

  private void text(double x, double y, String anchor, int size, String text) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" text-anchor=\"%s\">%s</text>",
        x, y, size, anchor, escaped(text));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  @FormatMethod
  private void add(@FormatString String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
