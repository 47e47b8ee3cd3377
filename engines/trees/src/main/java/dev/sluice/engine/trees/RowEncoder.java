package dev.sluice.engine.trees;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Prepares rows for a forest: one long for each use of a feature, which is a feature with the
 * {@link Encoding} that some nodes want. Features that no tree asks for are not read. Immutable.
 */
final class RowEncoder {
  private final int[] features;
  private final Encoding[] encodings;
  private final double tiny;

  private RowEncoder(List<Use> uses, double tiny) {
    this.features = uses.stream().mapToInt(Use::feature).toArray();
    this.encodings = uses.stream().map(Use::encoding).toArray(Encoding[]::new);
    this.tiny = tiny;
  }

  private record Use(int feature, Encoding encoding) {}

  /** Collects the uses. */
  static final class Builder {
    private final Map<Use, Integer> places = new HashMap<>();
    private final List<Use> uses = new ArrayList<>();

    /** Returns the place that a use has in an encoded row. */
    int place(int feature, Encoding encoding) {
      return places.computeIfAbsent(
          new Use(feature, encoding),
          use -> {
            uses.add(use);
            return uses.size() - 1;
          });
    }

    /** Returns the encoder; numbers up to {@code tiny} from 0 are 0 to it. */
    RowEncoder build(double tiny) {
      return new RowEncoder(uses, tiny);
    }
  }

  /** Returns how many longs an encoded row has. */
  int width() {
    return features.length;
  }

  /** Returns rows in encoded form, one behind the other. */
  long[] encode(FeatureMatrix rows, long first, int count) {
    long[] encoded = new long[count * features.length];
    int at = 0;
    for (long row = first; row < first + count; row++) {
      for (int use = 0; use < features.length; use++) {
        double value = rows.at(row, features[use]);
        encoded[at++] = encodings[use].encode(Math.abs(value) <= tiny ? 0 : value);
      }
    }
    return encoded;
  }
}
