package dev.sluice.batching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.Completion;
import dev.sluice.servable.ForwardingServable;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import dev.sluice.testing.CountingAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class RowTrialTest {
  private static RowTrial.Outcome tryWith(NumberModel.Kind kind, float... values) {
    NumberModel model = new NumberModel(kind);
    NumberRequest request = new NumberRequest(model, values);
    RowTrial.Outcome outcome;
    try (RowTrial trial = RowTrial.of(model, request)) {
      assertTrue(trial != null);
      outcome = trial.run();
    }
    request.failed(ServingException.invalidArgument("never run"));
    assertEquals(0, model.memory().open());
    return outcome;
  }

  @Test
  void rowsThatAreComputedApartMerge() {
    assertEquals(new RowTrial.Outcome.Independent(), tryWith(NumberModel.Kind.TWICE, 1, 2, 3, 4));
  }

  /** Also if all rows of the first request are the same, as those of a load tool are. */
  @Test
  void rowsThatSeeTheOthersDoNot() {
    assertInstanceOf(
        RowTrial.Outcome.Dependent.class, tryWith(NumberModel.Kind.CENTRED, 1, 1, 1, 1));
    assertInstanceOf(
        RowTrial.Outcome.Dependent.class, tryWith(NumberModel.Kind.CENTRED, 0.5f, 0.5f));
    assertInstanceOf(RowTrial.Outcome.Dependent.class, tryWith(NumberModel.Kind.ROW_COUNT, 1, 2));
  }

  @Test
  void modelsThatTakeOneRowDoNot() {
    assertInstanceOf(RowTrial.Outcome.Dependent.class, tryWith(NumberModel.Kind.ONE_ROW, 1, 2));
  }

  @Test
  void rowsThatFailAloneTellNothing() {
    assertInstanceOf(RowTrial.Outcome.Unknown.class, tryWith(NumberModel.Kind.FAILING, 1, 2));
  }

  @Test
  void trialsDoNotCountAsRuns() {
    NumberModel model = new NumberModel(NumberModel.Kind.TWICE);
    AtomicInteger counted = new AtomicInteger();
    Servable counting =
        new ForwardingServable(model) {
          @Override
          public Servable uncounted() {
            return servable;
          }

          @Override
          public void run(RunRequest request, Completion completion) {
            counted.incrementAndGet();
            servable.run(request, completion);
          }
        };
    NumberRequest request = new NumberRequest(model, 1, 2);
    try (RowTrial trial = RowTrial.of(counting, request)) {
      assertTrue(trial != null);
      assertEquals(new RowTrial.Outcome.Independent(), trial.run());
    }
    assertEquals(3, model.runs());
    assertEquals(0, counted.get());
  }

  @Test
  void requestsWithoutRowsAreNotTried() {
    NumberModel model = new NumberModel(NumberModel.Kind.TWICE);
    NumberRequest scalar = new NumberRequest(model, Shape.scalar(), 1);
    NumberRequest empty = new NumberRequest(model);
    NumberRequest valueless = new NumberRequest(model, Shape.of(1L << 62, 0));
    assertNull(RowTrial.of(model, valueless), "sums of its rows would overflow");
    assertNull(RowTrial.of(model, scalar));
    assertNull(RowTrial.of(model, empty));
  }

  @Test
  void signaturesTellWhatCannotMerge() {
    assertTrue(allow(Shape.of(-1, 2), Shape.of(-1)));
    assertTrue(allow(Shape.unknownRank(), Shape.unknownRank()));
    assertTrue(allow(Shape.of(-1, -1), Shape.of(-1, -1)));
    assertFalse(allow(Shape.of(1, 2), Shape.of(-1)), "a fixed number of rows");
    assertFalse(allow(Shape.of(-1, 2), Shape.scalar()), "one value for all rows");
    assertFalse(allow(Shape.of(-1), Shape.of(10)), "not one value for each row");
  }

  private static boolean allow(Shape input, Shape output) {
    return RowShapes.allowRows(NumberModel.signature(input, output));
  }

  /** Such as tokens, padded to the longest text of the batch. */
  @Test
  void shapesMadeOfTextsDoNotMerge() {
    TensorSpec texts = new TensorSpec("x", DataType.STRING, false, Shape.of(-1), "x:0");
    TensorSpec label = new TensorSpec("y", DataType.FLOAT, false, Shape.of(-1, 3), "y:0");
    TensorSpec tokens = new TensorSpec("z", DataType.INT64, false, Shape.of(-1, -1), "z:0");
    assertTrue(
        RowShapes.allowRows(new Signature("s", "", List.of(texts), List.of(label), Map.of())));
    assertFalse(
        RowShapes.allowRows(
            new Signature("s", "", List.of(texts), List.of(label, tokens), Map.of())));
    assertFalse(RowShapes.allowRows(new Signature("s", "", List.of(), List.of(label), Map.of())));
  }

  /** Two rows that are the same would tell nothing of a model that compares them. */
  @Test
  void rowsAreAlteredWhateverTheyAre() {
    CountingAllocator memory = new CountingAllocator();
    for (DataType dtype : DataType.values()) {
      if (dtype.isFixedSize()) {
        for (byte fill : new byte[] {0, 1, 63}) {
          Tensor row = memory.allocate(dtype, Shape.of(1, 2), 2L * dtype.byteSize());
          row.data().fill(fill);
          Tensor altered = Rows.altered(memory, row);
          assertFalse(Rows.areClose(row, altered), () -> dtype + " " + fill);
        }
      }
    }
    for (String text : List.of("", "1", "text")) {
      Tensor row = texts(memory, Shape.of(1, 3), text, text, text);
      assertFalse(Rows.areClose(row, Rows.altered(memory, row)), text);
    }
  }

  @Test
  void textRowsAreCutOutAndAltered() {
    CountingAllocator memory = new CountingAllocator();
    Tensor texts = texts(memory, Shape.of(2, 2), "a", "bc", "d", "");
    Tensor row = Rows.first(memory, texts);
    Tensor altered = Rows.altered(memory, row);
    assertEquals(Shape.of(1, 2), row.shape());
    assertEquals("bc", StringTensors.text(row, 1));
    assertEquals("bc", StringTensors.text(altered, 0));
    assertFalse(Rows.areClose(row, altered));
    assertTrue(Rows.areClose(row, texts(memory, Shape.of(1, 2), "a", "bc")));
    Tensor single = texts(memory, Shape.of(1), "text");
    assertEquals("", StringTensors.text(Rows.altered(memory, single), 0));
  }

  private static Tensor texts(CountingAllocator memory, Shape shape, String... texts) {
    return StringTensors.create(
        memory,
        shape,
        List.of(texts).stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList());
  }
}
