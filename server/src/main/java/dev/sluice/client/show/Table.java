package dev.sluice.client.show;

import java.util.ArrayList;
import java.util.List;

/** Aligned columns below their titles, cut to a width. Confined to one thread. */
public final class Table {
  private static final String GAP = "  ";

  /** No column is made narrower than this to let another one stay. */
  private static final int NARROWEST = 10;

  private record Column(String title, boolean right) {}

  private final List<Column> columns = new ArrayList<>();

  /** Each cell has lines. */
  private final List<List<List<String>>> rows = new ArrayList<>();

  private final String ellipsis;

  /** Creates a table without columns. */
  public Table(String ellipsis) {
    this.ellipsis = ellipsis;
  }

  /** Adds a column; all come before the first row. */
  public void column(String title, boolean right) {
    columns.add(new Column(title, right));
  }

  /** Adds a row with a cell for each column. */
  public void row(List<List<String>> cells) {
    if (cells.size() != columns.size()) {
      throw new IllegalArgumentException(
          "%d cells for %d columns".formatted(cells.size(), columns.size()));
    }
    rows.add(cells);
  }

  /** Adds a row that stands for those left out. */
  void gap() {
    rows.add(columns.stream().map(_ -> List.of(ellipsis)).toList());
  }

  /** Returns the lines, each with its line end. */
  public String render(int width) {
    int[] widths = widths(width);
    int shown = fitting(widths, width);
    StringBuilder text = new StringBuilder();
    line(text, columns.stream().map(Column::title).toList(), widths, shown);
    for (List<List<String>> row : rows) {
      int height = row.stream().mapToInt(List::size).max().orElse(0);
      for (int i = 0; i < height; i++) {
        int line = i;
        line(
            text,
            row.stream().map(cell -> line < cell.size() ? cell.get(line) : "").toList(),
            widths,
            shown);
      }
    }
    return text.toString();
  }

  /** Cuts the widest until all fit or none can be cut. */
  private int[] widths(int width) {
    int[] widths = new int[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      int at = i;
      int widest =
          rows.stream()
              .flatMap(row -> row.get(at).stream())
              .mapToInt(TextWidth::of)
              .max()
              .orElse(0);
      widths[i] = Math.min(width, Math.max(widest, TextWidth.of(columns.get(i).title())));
    }
    for (int over = total(widths, widths.length) - width; over > 0; over--) {
      int widest = 0;
      for (int i = 1; i < widths.length; i++) {
        widest = widths[i] > widths[widest] ? i : widest;
      }
      if (widths[widest] <= NARROWEST) {
        break;
      }
      widths[widest]--;
    }
    return widths;
  }

  private static int total(int[] widths, int count) {
    int total = 0;
    for (int i = 0; i < count; i++) {
      total += widths[i] + (i == 0 ? 0 : GAP.length());
    }
    return total;
  }

  private int fitting(int[] widths, int width) {
    if (total(widths, widths.length) <= width) {
      return widths.length;
    }
    int shown = widths.length;
    while (shown > 1 && total(widths, shown) + GAP.length() + ellipsis.length() > width) {
      shown--;
    }
    return shown;
  }

  private void line(StringBuilder text, List<String> cells, int[] widths, int shown) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < shown; i++) {
      String cell = TextWidth.fit(cells.get(i), widths[i], ellipsis);
      int free = widths[i] - TextWidth.of(cell);
      line.append(i == 0 ? "" : GAP);
      if (columns.get(i).right()) {
        line.repeat(' ', free).append(cell);
      } else {
        line.append(cell).repeat(' ', free);
      }
    }
    if (shown < columns.size()) {
      line.append(GAP).append(ellipsis);
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }
}
