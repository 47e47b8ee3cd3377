package dev.sluice.metrics;

import java.util.List;

/**
 * Writes the reference's form of Prometheus' text format, whose rules are odd in places (metrics.md
 * §2): names begin with a colon, there are braces without labels, and no help lines.
 */
final class PrometheusText {
  private final StringBuilder out;

  PrometheusText() {
    this(new StringBuilder(1 << 14));
  }

  PrometheusText(StringBuilder out) {
    this.out = out;
  }

  /** Appends a family: its type, then its cells. */
  void family(Family<?> family) {
    String name = metricName(family.name());
    out.append("# TYPE ").append(name).append(' ').append(family.type().label()).append('\n');
    cells(family, name);
  }

  /** Appends the cells of a family. */
  void cells(Family<?> family, String name) {
    for (var cell : family.sortedCells()) {
      String labels = labels(family.labels(), cell.getKey());
      switch (cell.getValue()) {
        case Histogram histogram -> histogram(name, labels, histogram);
        case Counter counter -> line(name, "", labels, Long.toString(counter.value()));
        case Computed computed -> line(name, "", labels, Long.toString(computed.integer()));
        case Gauge gauge -> line(name, "", labels, Long.toString(gauge.integer()));
      }
    }
  }

  private void histogram(String name, String labels, Histogram histogram) {
    Buckets buckets = histogram.buckets();
    String before = labels.isEmpty() ? "" : labels + ",";
    long count = 0;
    for (int i = 0; i <= buckets.limitCount(); i++) {
      count += histogram.countIn(i);
      String limit = i < buckets.limitCount() ? SixDigits.of(buckets.limit(i)) : "+Inf";
      line(name, "_bucket", before + "le=\"" + limit + "\"", Long.toString(count));
    }
    line(name, "_sum", labels, SixDigits.of((double) histogram.sum()));
    line(name, "_count", labels, Long.toString(count));
  }

  private void line(String name, String suffix, String labels, String value) {
    out.append(name).append(suffix).append('{').append(labels).append("} ");
    out.append(value).append('\n');
  }

  static String labels(List<String> names, List<String> values) {
    StringBuilder labels = new StringBuilder();
    for (int i = 0; i < names.size(); i++) {
      labels.append(i == 0 ? "" : ",").append(labelName(names.get(i)));
      labels.append("=\"").append(escape(values.get(i))).append('"');
    }
    return labels.toString();
  }

  /** The reference leaves line ends as they are; a client could then write lines of its own. */
  private static String escape(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  static String metricName(String internal) {
    return cleaned(internal, ':', "_");
  }

  static String labelName(String internal) {
    return cleaned(internal, '_', "");
  }

  /** Replaces what is not alphanumeric, and puts an underscore before a leading digit. */
  private static String cleaned(String internal, char replacement, String alsoAllowed) {
    StringBuilder name = new StringBuilder(internal.length() + 1);
    for (int i = 0; i < internal.length(); i++) {
      char c = internal.charAt(i);
      if (i == 0 && c >= '0' && c <= '9') {
        name.append('_');
      }
      boolean allowed =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || alsoAllowed.indexOf(c) >= 0;
      name.append(allowed ? c : replacement);
    }
    return name.toString();
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
