package dev.sluice.metrics;

import java.util.List;

/**
 * A family whose values are found out when the page is made.
 *
 * @param kind what its values are
 */
public record Sampled(Description about, Kind kind, List<Sample> samples) {
  /** What values are. */
  public enum Kind {
    GAUGE("gauge"),
    /** What only grows. */
    COUNTER("counter"),
    /** A number of things, {@code _count}, and what they amount to, {@code _sum}. */
    SUMMARY("summary");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  /**
   * One value.
   *
   * @param suffix of the name; empty but for a summary
   * @param labels the values of the labels, in their order
   */
  public record Sample(String suffix, List<String> labels, double value) {
    public Sample {
      labels = List.copyOf(labels);
    }

    /** Returns the value of a gauge or counter. */
    public static Sample of(double value, String... labels) {
      return new Sample("", List.of(labels), value);
    }

    /** Returns a whole value of a gauge or counter. */
    public static Sample of(long value, String... labels) {
      return of((double) value, labels);
    }
  }

  public Sampled {
    samples = List.copyOf(samples);
  }

  /** Returns a gauge of one value. */
  public static Sampled gauge(String name, String help, double value) {
    return new Sampled(Description.of(name, help), Kind.GAUGE, List.of(Sample.of(value)));
  }

  /** Returns a gauge of one whole value. */
  public static Sampled gauge(String name, String help, long value) {
    return gauge(name, help, (double) value);
  }

  /** Returns a counter of one value; its name ends in {@code _total}. */
  public static Sampled counter(String name, String help, double value) {
    return new Sampled(Description.of(name, help), Kind.COUNTER, List.of(Sample.of(value)));
  }
}
