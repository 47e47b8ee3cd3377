package dev.sluice.client.show;

import com.google.protobuf.ByteString;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.Values;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The largest of a vector of scores, each with its class. */
final class TopScores {
  private final NamedTensor scores;

  /** As many as there are scores, or none: then a class is its index. */
  private final List<ByteString> labels;

  TopScores(NamedTensor scores, List<ByteString> labels) {
    this.scores = scores;
    this.labels = labels;
  }

  /** Returns true for vectors of fractions, one a row. */
  static boolean isScores(NamedTensor output) {
    return output.values() instanceof Values.Reals
        && output.shape().size() == 2
        && output.shape().getLast() > 1;
  }

  /** Returns a line for each of the largest of a row, the largest first. */
  List<String> of(int row, int most) {
    if (!(scores.values() instanceof Values.Reals(double[] elements))) {
      throw new IllegalStateException("not asked before");
    }
    int width = scores.shape().getLast();
    int from = row * width;
    List<Integer> order =
        IntStream.range(from, from + width)
            .boxed()
            .sorted(
                Comparator.comparing((Integer at) -> Double.isNaN(elements[at]))
                    .thenComparingDouble(at -> -elements[at]))
            .limit(most)
            .toList();
    // Indices take the same room in all rows.
    int widest =
        labels.isEmpty()
            ? Integer.toString(width - 1).length()
            : order.stream().mapToInt(at -> TextWidth.of(name(at, from))).max().orElse(0);
    List<String> lines = new ArrayList<>();
    for (int at : order) {
      String name = name(at, from);
      lines.add(name + " ".repeat(widest - TextWidth.of(name)) + "  " + Cells.real(elements[at]));
    }
    return lines;
  }

  private String name(int at, int from) {
    return labels.isEmpty() ? Integer.toString(at - from) : SafeText.value(labels.get(at), false);
  }
}
