package dev.sluice.metrics;

import java.util.Collections;
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

  /** The value of all labels of the cell that all share for whom there is no room. */
  static final String OTHER = "other";

  private final String name;
  private final String help;
  private final Type type;
  private final List<String> labels;
  private final int mostCells;
  private final long unit;
  private final Supplier<M> maker;
  private final ConcurrentMap<List<String>, M> cells = new ConcurrentHashMap<>();

  /** Creates a family of the reference's form, of which there is no help. */
  Family(String name, Type type, List<String> labels, Supplier<M> maker) {
    this(new Description(name, "", labels), type, Integer.MAX_VALUE, 1, maker);
  }

  /**
   * Creates a family.
   *
   * @param mostCells so many cells there are at most, and one more that all others share
   * @param unit how much of a cell's number is 1 of what is printed
   */
  Family(Description about, Type type, int mostCells, long unit, Supplier<M> maker) {
    this.name = about.name();
    this.help = about.help();
    this.labels = about.labels();
    this.type = type;
    this.mostCells = mostCells;
    this.unit = unit;
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
    List<String> key = List.of(values);
    M known = cells.get(key);
    return known == null ? cells.computeIfAbsent(roomFor(key), absent -> maker.get()) : known;
  }

  /** Threads that come at once may all find the last room. */
  private List<String> roomFor(List<String> key) {
    return cells.size() < mostCells ? key : Collections.nCopies(labels.size(), OTHER);
  }

  /** Adds a cell that is made elsewhere, in the place of one that was; unless there is no room. */
  void put(M cell, String... values) {
    List<String> key = List.of(values);
    if (cells.containsKey(key) || cells.size() < mostCells) {
      cells.put(key, cell);
    }
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

  /** Returns what it says, in a sentence; empty for a family of the reference. */
  String help() {
    return help;
  }

  /** Returns how much of a cell's number is 1 of what is printed; of histograms, their buckets. */
  long unit() {
    return unit;
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
