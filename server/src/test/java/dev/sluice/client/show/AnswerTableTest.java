package dev.sluice.client.show;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.Values;
import dev.sluice.protos.tensorflow.DataType;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class AnswerTableTest {
  private static final Screen WIDE = new Screen(80, 100, "…");

  private static NamedTensor reals(String name, List<Integer> shape, double... values) {
    return new NamedTensor(name, DataType.DT_FLOAT, shape, new Values.Reals(values));
  }

  private static NamedTensor texts(String name, List<Integer> shape, String... values) {
    return new NamedTensor(
        name,
        DataType.DT_STRING,
        shape,
        new Values.Texts(Arrays.stream(values).map(ByteString::copyFromUtf8).toList()));
  }

  private static String table(Screen screen, int top, NamedTensor... outputs) {
    OptionalInt largest = top == 0 ? OptionalInt.empty() : OptionalInt.of(top);
    return new AnswerTable(List.of(outputs), List.of(outputs), largest, screen).text();
  }

  @Test
  void numbersStandBelowEachOther() {
    assertEquals(
        """
        #      y  name
        0    3.5  a
        1  -12.0  b c
        """,
        table(WIDE, 0, reals("y", List.of(2), 3.5, -12), texts("name", List.of(2), "a", "b c")));
  }

  @Test
  void longVectorsShowTheirEndsAndShape() {
    double[] many = IntStream.range(0, 10).asDoubleStream().toArray();
    assertEquals(
        """
        #  p
        0  [0.0, 1.0, 2.0, …, 8.0, 9.0] (10)
        """,
        table(WIDE, 0, reals("p", List.of(1, 10), many)));
    assertEquals(
        """
        #  p
        0  [0.0, 1.0, 2.0, 3.0] (2 x 2)
        """,
        table(WIDE, 0, reals("p", List.of(1, 2, 2), 0, 1, 2, 3)));
  }

  @Test
  void theLargestComeFirstWithTheirClass() {
    assertEquals(
        """
        #  p
        0  10  0.5
           3   0.25
        1  0   1.0
           1   0.0
        """,
        table(
            WIDE,
            2,
            reals(
                "p",
                List.of(2, 11),
                0,
                0,
                0,
                0.25,
                0.2,
                0,
                0,
                0,
                0,
                0,
                0.5,
                1,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                Double.NaN)));
  }

  @Test
  void stringsOfTheSameShapeNameTheScores() {
    assertEquals(
        """
        #  p          name
        0  cat  0.75  [dog, cat]
        """,
        table(
            WIDE,
            1,
            reals("p", List.of(1, 2), 0.25, 0.75),
            texts("name", List.of(1, 2), "dog", "cat")));
  }

  @Test
  void anOutputThatIsNotShownNamesThemToo() {
    NamedTensor scores = reals("p", List.of(1, 2), 0.25, 0.75);
    assertEquals(
        """
        #  p
        0  cat  0.75
        """,
        new AnswerTable(
                List.of(scores),
                List.of(scores, texts("name", List.of(1, 2), "dog", "cat")),
                OptionalInt.of(1),
                WIDE)
            .text());
  }

  @Test
  void rowsThatDoNotFitAreLeftOut() {
    double[] many = IntStream.range(0, 1000).asDoubleStream().toArray();
    assertEquals(
        """
          #      y
          0    0.0
          1    1.0
          …      …
        998  998.0
        999  999.0
        """,
        table(new Screen(80, 4, "…"), 0, reals("y", List.of(1000), many)));
  }

  @Test
  void columnsThatDoNotFitAreCutOrLeftOut() {
    NamedTensor text = texts("text", List.of(1), "a text that is far too long for a line");
    assertEquals(
        """
        #  text              y
        0  a text that i…  1.0
        """,
        table(new Screen(22, 9, "…"), 0, text, reals("y", List.of(1), 1)));
    NamedTensor[] many =
        IntStream.range(0, 9)
            .mapToObj(i -> texts("column" + i, List.of(1), "0123456789"))
            .toArray(NamedTensor[]::new);
    assertEquals(
        """
        #  column0     column1     …
        0  0123456789  0123456789  …
        """,
        table(new Screen(30, 9, "…"), 0, many));
  }

  @Test
  void outputsWithoutCommonRowsStandBelowEachOther() {
    assertEquals(
        """
        output  type         value
        loss    float32 []   0.5
        y       float32 [2]  [1.0, 2.0]
        """,
        table(WIDE, 0, reals("loss", List.of(), 0.5), reals("y", List.of(2), 1, 2)));
  }

  @Test
  void stringsAreQuotedOnlyWhereNeeded() {
    assertEquals(
        """
        #  s
        0  plain, text
        1  ""
        2  " x"
        3  "say \\"hi\\""
        4  "a\\nb"
        5  "\\u001b[2J"
        6  naïve 🎸
        """,
        table(
            WIDE,
            0,
            texts(
                "s",
                List.of(7),
                "plain, text",
                "",
                " x",
                "say \"hi\"",
                "a\nb",
                "\u001b[2J",
                "naïve 🎸")));
    assertEquals("\"a,b\"", SafeText.value(ByteString.copyFromUtf8("a,b"), true));
    assertEquals(
        "<2 bytes>", SafeText.value(ByteString.copyFrom(new byte[] {(byte) 0xff, 1}), false));
  }

  @Test
  void numbersHaveSixDigits() {
    assertEquals("0.333333", Cells.real(1 / 3.0));
    assertEquals("0.995083", Cells.real(0.9950831f));
    assertEquals("0.1", Cells.real(0.1f));
    assertEquals("3.31906e-7", Cells.real(3.319056e-7));
    assertEquals("1e20", Cells.real(1e20));
    assertEquals("123457.0", Cells.real(123456.7));
    assertEquals("-2.5", Cells.real(-2.5));
    assertEquals("0.0", Cells.real(-0.0));
    assertEquals("nan", Cells.real(Double.NaN));
    assertEquals("-inf", Cells.real(Double.NEGATIVE_INFINITY));
  }

  @Test
  void wideCharactersTakeTwoColumns() {
    assertEquals(2, TextWidth.of("🎸"));
    assertEquals(4, TextWidth.of("日本"));
    assertEquals(1, TextWidth.of("e\u0301"));
    assertEquals("日…", TextWidth.fit("日本語", 4, "…"));
    assertEquals("日本", TextWidth.fit("日本", 4, "…"));
  }

  @Test
  void onlyVectorsAreScores() {
    assertTrue(AnswerTable.hasScores(List.of(reals("p", List.of(1, 2), 1, 2))));
    assertFalse(AnswerTable.hasScores(List.of(reals("p", List.of(2), 1, 2))));
    assertFalse(AnswerTable.hasScores(List.of(texts("p", List.of(1, 2), "a", "b"))));
  }
}
