package dev.sluice.metrics;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes families in Prometheus' text format or in OpenMetrics'.
 *
 * <p>Families of other servers keep their names, which today's conventions would not have: in
 * OpenMetrics, where the name of a counter ends in {@code _total}, they are of unknown type.
 */
final class ExpositionText {
  private static final String TOTAL = "_total";

  private final StringBuilder out = new StringBuilder(1 << 16);
  private final boolean openMetrics;

  ExpositionText(PageFormat format) {
    this.openMetrics = format == PageFormat.OPENMETRICS;
  }

  /** Appends a family of today's conventions. */
  void family(Family<?> family) {
    head(family.name(), family.type().label(), family.help());
    for (Map.Entry<List<String>, ? extends Metric> entry : family.sortedCells()) {
      String labels = labels(family.labels(), entry.getValue(), entry.getKey());
      switch (entry.getValue()) {
        case Histogram histogram -> histogram(family.name(), labels, histogram);
        case Counter counter -> line(family.name(), "", labels, (double) counter.value());
        case Gauge gauge -> line(family.name(), "", labels, scaled(gauge, family));
        case Computed computed -> line(family.name(), "", labels, scaled(computed, family));
      }
    }
  }

  private static double scaled(Metric metric, Family<?> family) {
    return (double) metric.integer() / family.unit();
  }

  /** Appends what a sampler has found. */
  void sampled(Sampled family) {
    Description about = family.about();
    head(about.name(), family.kind().label(), about.help());
    for (Sampled.Sample sample : family.samples()) {
      String labels = PrometheusText.labels(about.labels(), sample.labels());
      line(about.name(), sample.suffix(), labels, sample.value());
    }
  }

  /** Appends a family that has another server's name, and its limits in that server's form. */
  void ofAnotherServer(Family<?> family) {
    String name = PrometheusText.metricName(family.name());
    boolean counter = family.type() == Family.Type.COUNTER;
    type(name, openMetrics && counter ? "unknown" : family.type().label());
    new PrometheusText(out).cells(family, name);
  }

  private void head(String name, String type, String help) {
    String family =
        openMetrics && type.equals("counter") && name.endsWith(TOTAL)
            ? name.substring(0, name.length() - TOTAL.length())
            : name;
    out.append("# HELP ").append(family).append(' ').append(help).append('\n');
    type(family, type);
  }

  private void type(String name, String type) {
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private static String labels(List<String> names, Metric metric, List<String> values) {
    String labels = PrometheusText.labels(names, values);
    return metric instanceof Histogram && !labels.isEmpty() ? labels + "," : labels;
  }

  /** Appends a histogram; its labels end with a comma if there are any. */
  private void histogram(String name, String labels, Histogram histogram) {
    Buckets buckets = histogram.buckets();
    long count = 0;
    for (int i = 0; i <= buckets.limitCount(); i++) {
      count += histogram.countIn(i);
      out.append(name).append("_bucket{").append(labels).append("le=\"");
      out.append(i < buckets.limitCount() ? buckets.label(i) : "+Inf").append("\"} ");
      out.append(count);
      if (openMetrics) {
        exemplar(histogram.exemplar(i), buckets);
      }
      out.append('\n');
    }
    String own = labels.isEmpty() ? labels : labels.substring(0, labels.length() - 1);
    line(name, "_sum", own, histogram.sum() / buckets.unit());
    line(name, "_count", own, (double) count);
  }

  private void exemplar(@Nullable Exemplar exemplar, Buckets buckets) {
    if (exemplar != null) {
      out.append(" # {trace_id=\"").append(exemplar.traceId()).append("\"} ");
      Numbers.append(out, exemplar.sample() / buckets.unit());
      out.append(' ').append(exemplar.millis() / 1000).append('.');
      long millis = exemplar.millis() % 1000;
      out.append(millis < 10 ? "00" : millis < 100 ? "0" : "").append(millis);
    }
  }

  private void line(String name, String suffix, String labels, double value) {
    out.append(name).append(suffix);
    if (!labels.isEmpty()) {
      out.append('{').append(labels).append('}');
    }
    out.append(' ');
    Numbers.append(out, value);
    out.append('\n');
  }

  /** Returns the whole page. */
  String end() {
    if (openMetrics) {
      out.append("# EOF\n");
    }
    return out.toString();
  }
}
