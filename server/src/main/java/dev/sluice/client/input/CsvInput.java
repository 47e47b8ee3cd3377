package dev.sluice.client.input;

import dev.sluice.client.tensor.DataKind;
import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A table as inputs, a row of it being a row of each. Its columns are either the model's inputs, by
 * the names in the first line, or the values of its only input, in their order.
 */
final class CsvInput {
  private final String source;
  private final List<TensorSpec> specs;
  private final Set<String> required;

  CsvInput(String source, List<TensorSpec> specs, Set<String> required) {
    this.source = source;
    this.specs = specs;
    this.required = required;
  }

  /**
   * Returns the inputs in a table.
   *
   * @throws InputException if its columns are not what the model takes, or a field is not
   */
  List<NamedTensor> read(List<CsvReader.Line> records) throws InputException {
    if (records.isEmpty()) {
      throw new InputException(source + ": no rows in it");
    }
    List<String> first = records.getFirst().fields().stream().map(String::strip).toList();
    if (namesInputs(first)) {
      return byName(first, rows(records, true, first.size()));
    }
    if (specs.size() != 1) {
      throw new InputException(
          "%s: expected the columns %s, found %s"
              .formatted(source, names(), String.join(", ", first)));
    }
    TensorSpec spec = specs.getFirst();
    boolean header =
        DataKind.of(spec.dtype()) == DataKind.TEXT || !first.stream().allMatch(CsvInput::isNumber);
    return List.of(whole(spec, header ? Optional.of(first) : Optional.empty(), records));
  }

  private boolean namesInputs(List<String> fields) {
    Set<String> found = new HashSet<>(fields);
    return found.size() == fields.size()
        && found.containsAll(required)
        && specs.stream().map(TensorSpec::name).toList().containsAll(found);
  }

  private String names() {
    return String.join(", ", specs.stream().map(TensorSpec::name).toList());
  }

  private static boolean isNumber(String text) {
    try {
      var _ = Double.parseDouble(text);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private List<CsvReader.Line> rows(List<CsvReader.Line> records, boolean header, int width)
      throws InputException {
    List<CsvReader.Line> rows = header ? records.subList(1, records.size()) : records;
    if (rows.isEmpty()) {
      throw new InputException(source + ": no rows below the header");
    }
    for (CsvReader.Line row : rows) {
      if (row.fields().size() != width) {
        throw new InputException(
            "%s, line %d: expected %d fields, found %d"
                .formatted(source, row.number(), width, row.fields().size()));
      }
    }
    return rows;
  }

  private NamedTensor whole(
      TensorSpec spec, Optional<List<String>> header, List<CsvReader.Line> records)
      throws InputException {
    int found = records.getFirst().fields().size();
    int width = spec.rowWidth().orElse(found);
    Optional<List<Integer>> row = width == found ? spec.rowShape(width) : Optional.empty();
    if (row.isEmpty()) {
      throw new InputException(
          "%s: expected %s for the input %s, %s; found %s"
              .formatted(
                  source,
                  spec.rowWidth().isPresent() ? columns(width) : "other columns",
                  spec.name(),
                  spec.text(),
                  header
                      .map(names -> columns(found) + " (" + String.join(", ", names) + ")")
                      .orElse(columns(found))));
    }
    List<CsvReader.Line> rows = rows(records, header.isPresent(), width);
    List<String> texts = new ArrayList<>();
    rows.forEach(record -> texts.addAll(record.fields()));
    return TextValues.tensor(
        spec,
        shape(spec, rows.size(), row.get()),
        texts,
        i -> place(rows.get(i / width), column(header, i % width)));
  }

  private static String columns(int count) {
    return count == 1 ? "1 column" : count + " columns";
  }

  private static String column(Optional<List<String>> header, int at) {
    return header.map(names -> names.get(at)).orElse(String.valueOf(at + 1));
  }

  private String place(CsvReader.Line record, String column) {
    return "%s, line %d, column %s".formatted(source, record.number(), column);
  }

  private static List<Integer> shape(TensorSpec spec, int rows, List<Integer> row) {
    // A scalar input takes a table of one value.
    return spec.ranked() && spec.dims().isEmpty() && rows == 1
        ? List.of()
        : TensorSpec.prepend(rows, row);
  }

  private List<NamedTensor> byName(List<String> header, List<CsvReader.Line> rows)
      throws InputException {
    List<NamedTensor> inputs = new ArrayList<>();
    for (int column = 0; column < header.size(); column++) {
      String name = header.get(column);
      TensorSpec spec =
          specs.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
      inputs.add(column(spec, column, rows));
    }
    return inputs;
  }

  private NamedTensor column(TensorSpec spec, int column, List<CsvReader.Line> rows)
      throws InputException {
    boolean lists = spec.ranked() && spec.dims().size() > 1 && spec.rowWidth().orElse(0) != 1;
    List<String> texts = new ArrayList<>();
    int width = -1; // as in the first row
    for (CsvReader.Line row : rows) {
      String field = row.fields().get(column);
      List<String> elements = lists ? ListText.split(field, spec.dtype()) : List.of(field);
      if (width >= 0 && elements.size() != width) {
        throw new InputException(
            "%s: expected %d values as in the rows above, found %d"
                .formatted(place(row, spec.name()), width, elements.size()));
      }
      width = elements.size();
      texts.addAll(elements);
    }
    int each = width;
    Optional<List<Integer>> row = spec.rowShape(width);
    if (row.isEmpty()) {
      throw new InputException(
          "%s: expected %s, found %d values"
              .formatted(place(rows.getFirst(), spec.name()), spec.text(), width));
    }
    return TextValues.tensor(
        spec,
        shape(spec, rows.size(), row.get()),
        texts,
        i -> place(rows.get(i / each), spec.name()));
  }
}
