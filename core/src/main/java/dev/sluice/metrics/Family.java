package dev.sluice.metrics;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * A metric of one name and type, with a cell for each combination of label values that has been
 * asked for.
 *
 * @param <M> the cells
 */
public final class Family<M extends Metric> {
  /** What the page calls a family. */
  enum Type {
    COUNTER("counter"),
    GAUGE("gauge"),
    HISTOGRAM("histogram");

    private final String label;

    Type(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  /** The reference's order: label by label. */
  private static final Comparator<List<String>> BY_VALUES =
      (one, other) -> {
        for (int i = 0; i < one.size(); i++) {
          int order = one.get(i).compareTo(other.get(i));
          if (order != 0) {
            return order;
          }
        }
        return 0;
      };

  private final String name;
  private final Type type;
  private final List<String> labels;
  private final Supplier<M> maker;
  private final ConcurrentMap<List<String>, M> cells = new ConcurrentHashMap<>();

  Family(String name, Type type, List<String> labels, Supplier<M> maker) {
    this.name = name;
    this.type = type;
    this.labels = labels;
    this.maker = maker;
  }

  /**
   * Returns the cell for values of the labels, in their order; the same one every time. To be kept
   * by those who record often: this allocates.
   */
  public M cell(String... values) {
    if (values.length != labels.size()) {
      throw new IllegalArgumentException(
          name + " has the labels " + labels + ", found " + values.length + " values");
    }
    return cells.computeIfAbsent(List.of(values), key -> maker.get());
  }

  /** Adds a cell that is made elsewhere; its values are new. */
  void add(M cell, String... values) {
    if (cells.putIfAbsent(List.of(values), cell) != null) {
      throw new IllegalArgumentException(name + " has a cell for " + List.of(values));
    }
  }

  /** Removes the cell of those values, if there is one. */
  void remove(String... values) {
    cells.remove(List.of(values));
  }

  /** Returns the internal name, such as {@code /tensorflow/serving/request_count}. */
  String name() {
    return name;
  }

  Type type() {
    return type;
  }

  List<String> labels() {
    return labels;
  }

  /** Returns the cells there are by their label values, sorted. */
  List<Map.Entry<List<String>, M>> sortedCells() {
    return cells.entrySet().stream().sorted(Map.Entry.comparingByKey(BY_VALUES)).toList();
  }
}
