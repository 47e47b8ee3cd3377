package dev.sluice.client.show;

import com.google.protobuf.ByteString;
import dev.sluice.client.tensor.DataKind;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.Rows;
import dev.sluice.client.tensor.TensorSpec;
import dev.sluice.client.tensor.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** The outputs of an answer as a table: a line a row, or an output a line if they have no rows. */
public final class AnswerTable {
  private final List<NamedTensor> outputs;
  private final List<NamedTensor> all;
  private final OptionalInt top;
  private final Screen screen;
  private final Cells cells;

  /**
   * Creates a table.
   *
   * @param outputs that are shown
   * @param all outputs of the answer: scores may be named by one that is not shown
   * @param top how many of the largest of each vector of scores are shown; empty: the vectors
   */
  public AnswerTable(
      List<NamedTensor> outputs, List<NamedTensor> all, OptionalInt top, Screen screen) {
    this.outputs = List.copyOf(outputs);
    this.all = List.copyOf(all);
    this.top = top;
    this.screen = screen;
    this.cells = new Cells(screen.ellipsis());
  }

  /** Returns true if there is a vector to show the largest of. */
  public static boolean hasScores(List<NamedTensor> outputs) {
    return Rows.common(outputs) >= 0 && outputs.stream().anyMatch(TopScores::isScores);
  }

  /** Returns the lines. */
  public String text() {
    int rows = Rows.common(outputs);
    return (rows < 0 ? whole() : byRow(rows)).render(screen.width());
  }

  private Table whole() {
    Table table = new Table(screen.ellipsis());
    table.column("output", false);
    table.column("type", false);
    table.column("value", false);
    for (NamedTensor output : outputs) {
      table.row(
          List.of(
              List.of(output.name()),
              List.of(TensorSpec.dtypeText(output.dtype()) + " " + output.shape()),
              List.of(cells.part(output, output.shape(), 0))));
    }
    return table;
  }

  private Table byRow(int rows) {
    Table table = new Table(screen.ellipsis());
    table.column("#", true);
    for (NamedTensor output : outputs) {
      table.column(output.name(), isNumber(output));
    }
    int most = Math.max(2, screen.rows() / Math.max(1, top.orElse(1)));
    int head = rows <= most ? rows : (most + 1) / 2;
    int tail = rows <= most ? rows : rows - most / 2;
    for (int row = 0; row < head; row++) {
      table.row(row(row));
    }
    if (tail > head) {
      table.gap();
    }
    for (int row = tail; row < rows; row++) {
      table.row(row(row));
    }
    return table;
  }

  private static boolean isNumber(NamedTensor output) {
    DataKind kind = DataKind.of(output.dtype());
    return output.shape().size() == 1 && (kind == DataKind.REAL || kind == DataKind.INTEGER);
  }

  private List<List<String>> row(int row) {
    List<List<String>> line = new ArrayList<>();
    line.add(List.of(Integer.toString(row)));
    for (NamedTensor output : outputs) {
      List<Integer> shape = output.shape().subList(1, output.shape().size());
      int from = row * NamedTensor.elements(shape);
      line.add(
          top.isPresent() && TopScores.isScores(output)
              ? new TopScores(output, labels(output)).of(row, top.getAsInt())
              : List.of(cells.part(output, shape, from)));
    }
    return line;
  }

  /** Returns the only strings beside the scores that can name them, if there are such. */
  private List<ByteString> labels(NamedTensor scores) {
    List<Values.Texts> texts = new ArrayList<>();
    for (NamedTensor output : all) {
      if (output.shape().equals(scores.shape())
          && output.values() instanceof Values.Texts strings) {
        texts.add(strings);
      }
    }
    return texts.size() == 1 ? texts.getFirst().elements() : List.of();
  }
}
