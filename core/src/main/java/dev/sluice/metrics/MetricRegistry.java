package dev.sluice.metrics;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** All families of a server, by their internal names. Thread-safe. */
public final class MetricRegistry {
  /** Of a family that is not the reference's: more would make a page that nobody can scrape. */
  static final int MOST_CELLS = 10_000;

  private final ConcurrentNavigableMap<String, Family<?>> families = new ConcurrentSkipListMap<>();

  /** Creates an empty registry. */
  public MetricRegistry() {}

  /** Adds a family of counters; its name is new. */
  public Family<Counter> counter(String name, String... labels) {
    return add(name, Family.Type.COUNTER, List.of(labels), Counter::new);
  }

  /** Adds a family of gauges; its name is new. */
  public Family<Gauge> gauge(String name, String... labels) {
    return add(name, Family.Type.GAUGE, List.of(labels), Gauge::new);
  }

  /** Adds a family of histograms; its name is new. */
  public Family<Histogram> histogram(String name, Buckets buckets, String... labels) {
    return add(name, Family.Type.HISTOGRAM, List.of(labels), () -> new Histogram(buckets));
  }

  /** Adds a family of counters of today's conventions, with a bound; its name is new. */
  Family<Counter> counter(Description about) {
    return add(new Family<>(about, Family.Type.COUNTER, MOST_CELLS, 1, Counter::new));
  }

  /**
   * Adds such a family of gauges whose values are kept elsewhere; it makes no cells of its own.
   *
   * @param unit how much of a value is 1 of what is printed
   */
  Family<Computed> scaledGauge(Description about, long unit) {
    return add(new Family<>(about, Family.Type.GAUGE, MOST_CELLS, unit, noMaker(about.name())));
  }

  /** Adds such a family of histograms. */
  Family<Histogram> histogram(Description about, Buckets buckets) {
    return add(
        new Family<>(about, Family.Type.HISTOGRAM, MOST_CELLS, 1, () -> new Histogram(buckets)));
  }

  /** Adds a counter without labels whose value is kept elsewhere. */
  void computed(String name, LongSupplier value) {
    add(name, Family.Type.COUNTER, List.of(), () -> new Computed(value)).cell();
  }

  /** Adds a family of counters whose values are kept elsewhere; it makes no cells of its own. */
  Family<Computed> computed(String name, String... labels) {
    return add(name, Family.Type.COUNTER, List.of(labels), noMaker(name));
  }

  private static Supplier<Computed> noMaker(String name) {
    return () -> {
      throw new IllegalStateException(name + " has only cells that are added");
    };
  }

  private <M extends Metric> Family<M> add(
      String name, Family.Type type, List<String> labels, Supplier<M> maker) {
    return add(new Family<>(name, type, labels, maker));
  }

  private <M extends Metric> Family<M> add(Family<M> family) {
    if (families.putIfAbsent(family.name(), family) != null) {
      throw new IllegalArgumentException(family.name() + " is registered already");
    }
    return family;
  }

  /**
   * Returns a number for a configuration reload's answer (metrics.md §6): that of the family's
   * first cell, 0 if there is no such family, no cell, or it holds histograms.
   *
   * @param name the internal name
   */
  public long value(String name) {
    Family<?> family = families.get(name);
    if (family == null) {
      return 0;
    }
    var cells = family.sortedCells();
    return cells.isEmpty() ? 0 : cells.getFirst().getValue().integer();
  }

  /** Returns all families, by their internal names. */
  Collection<Family<?>> families() {
    return families.values();
  }

  /** Returns the page that a scraper reads: text, ended by one newline. */
  public String page() {
    PrometheusText text = new PrometheusText();
    families.values().forEach(text::family);
    return text.toString();
  }
}
