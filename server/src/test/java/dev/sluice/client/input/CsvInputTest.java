package dev.sluice.client.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.TensorSpec;
import dev.sluice.protos.tensorflow.DataType;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CsvInputTest {
  private static final List<TensorSpec> SHOP =
      List.of(
          new TensorSpec("age", DataType.DT_INT64, true, List.of(-1L)),
          new TensorSpec("country", DataType.DT_STRING, true, List.of(-1L)),
          new TensorSpec("items", DataType.DT_INT64, true, List.of(-1L, -1L)));

  private static final TensorSpec TWO = Specs.spec(DataType.DT_FLOAT, -1, 2);

  private static List<NamedTensor> read(String text, List<TensorSpec> specs) throws InputException {
    Set<String> names = specs.stream().map(TensorSpec::name).collect(Collectors.toSet());
    return new CsvInput("rows.csv", specs, names).read(CsvReader.read("rows.csv", text, ','));
  }

  private static NamedTensor read(String text, TensorSpec spec) throws InputException {
    return read(text, List.of(spec)).getFirst();
  }

  private static String refusal(String text, TensorSpec... specs) {
    return String.valueOf(
        assertThrows(InputException.class, () -> read(text, List.of(specs))).getMessage());
  }

  @Test
  void columnsAreTheValuesOfTheOnlyInput() throws InputException {
    NamedTensor tensor = read("alcohol,acid\n1.5,2\n-3e1,nan\n", TWO);
    assertEquals(List.of(2, 2), tensor.shape());
    assertEquals(List.of(1.5, 2.0, -30.0, Double.NaN), Specs.reals(tensor));
  }

  @Test
  void aFirstLineOfNumbersIsNoHeader() throws InputException {
    assertEquals(List.of(3, 2), read("1,2\n3,4\n5,6", TWO).shape());
  }

  @Test
  void columnsFillTheDeclaredShapeOfARow() throws InputException {
    assertEquals(
        List.of(1, 2, 2, 1), read("1,2,3,4", Specs.spec(DataType.DT_FLOAT, -1, 2, 2, 1)).shape());
    assertEquals(List.of(2), read("x\n1\n2\n", Specs.spec(DataType.DT_FLOAT, -1)).shape());
    assertEquals(List.of(1, 3), read("1,2,3", Specs.spec(DataType.DT_FLOAT, -1, -1)).shape());
  }

  @Test
  void columnsAreInputsByName() throws InputException {
    List<NamedTensor> inputs =
        read("country,age,items\nDE,42,\"1,2,3\"\n\"Côte d'Ivoire, \"\"CI\"\"\",7,4 5 6\r\n", SHOP);
    assertEquals(
        List.of("country", "age", "items"), inputs.stream().map(NamedTensor::name).toList());
    assertEquals(List.of("DE", "Côte d'Ivoire, \"CI\""), Specs.texts(inputs.getFirst()));
    assertEquals(List.of(2, 3), inputs.getLast().shape());
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L), Specs.integers(inputs.getLast()));
  }

  @Test
  void wrongColumnsAreNamed() {
    assertEquals(
        "rows.csv: expected the columns age, country, items, found age, land, items",
        refusal("age,land,items\n1,DE,2", SHOP.toArray(TensorSpec[]::new)));
    assertEquals(
        "rows.csv: expected 2 columns for the input x, float32 [?, 2]; found 3 columns (a, b, c)",
        refusal("a,b,c\n1,2,3", TWO));
  }

  @Test
  void aRowOfAnotherLengthIsFoundByItsLine() {
    assertEquals("rows.csv, line 5: expected 2 fields, found 1", refusal("a,b\n\n1,2\n\n3\n", TWO));
  }

  @Test
  void aWrongValueIsFoundByLineAndColumn() {
    assertEquals(
        "rows.csv, line 3, column acid: expected float32, found 'n/a'",
        refusal("alcohol,acid\n1,2\n3,n/a\n", TWO));
    assertEquals(
        "rows.csv, line 2, column 2: expected float32, found 'x'", refusal("1,2\n3,x", TWO));
  }

  @Test
  void valuesThatADtypeCannotHoldAreRefused() {
    TensorSpec bytes = Specs.spec(DataType.DT_UINT8, -1);
    assertEquals(
        "rows.csv, line 2, column v: expected uint8, found '300'", refusal("v\n300", bytes));
    assertEquals(
        "rows.csv, line 2, column v: expected uint8, found '1.5'", refusal("v\n1.5", bytes));
    assertEquals(
        "rows.csv, line 2, column v: expected uint8, found '1e999999999'",
        refusal("v\n1e999999999", bytes));
    assertEquals(
        "rows.csv, line 2, column v: expected float32, found '1e39'",
        refusal("v\n1e39", Specs.spec(DataType.DT_FLOAT, -1)));
    assertEquals(
        "rows.csv, line 2, column v: expected true or false, found 'maybe'",
        refusal("v\nmaybe", Specs.spec(DataType.DT_BOOL, -1)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1f", "0x1p3", "1_000", "1 2", "", "--1", "1,5"})
  void whatIsNoNumberIsNone(String text) {
    InputException refused =
        assertThrows(
            InputException.class,
            () -> TextValues.of(List.of(text), DataType.DT_FLOAT, _ -> "here"));
    assertEquals(
        "here: expected float32, found " + (text.isEmpty() ? "nothing" : "'" + text + "'"),
        refused.getMessage());
  }

  @Test
  void listsOfOneInputAreOfOneLength() {
    assertEquals(
        "rows.csv, line 3, column items: expected 2 values as in the rows above, found 1",
        refusal("age,country,items\n1,a,1 2\n2,b,3\n", SHOP.toArray(TensorSpec[]::new)));
  }

  @Test
  void nothingIsNoTable() {
    assertEquals("rows.csv: no rows in it", refusal("\n\n", TWO));
    assertEquals("rows.csv: no rows below the header", refusal("a,b\n", TWO));
  }

  @Test
  void quotesMustEnd() {
    assertEquals(
        "rows.csv, line 2: a quoted field begins here and does not end",
        refusal("a\n\"no end\n\n1", TWO));
    assertEquals(
        "rows.csv, line 3: expected a separator behind a quoted field, found 'x'",
        refusal("a\n\"two\nlines\"x\n", TWO));
  }

  @Test
  void linesCountThroughQuotedLineEnds() throws InputException {
    List<CsvReader.Line> records =
        CsvReader.read("s", "\uFEFFa,b\r\n\"1\n2\",\"\"\r\n\r\n3,\n", ',');
    assertEquals(
        List.of(
            new CsvReader.Line(1, List.of("a", "b")),
            new CsvReader.Line(2, List.of("1\n2", "")),
            new CsvReader.Line(5, List.of("3", ""))),
        records);
  }
}
