package dev.sluice.loadtest.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.Values;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.SignatureDef;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RandomInputTest {
  private static final OptionalInt NO_BATCH = OptionalInt.empty();

  private static NamedTensor make(DataType dtype, OptionalInt batch, long... shape)
      throws InputException {
    return new RandomInput(1, batch).make(Signatures.of("x", dtype, shape)).getFirst();
  }

  @ParameterizedTest
  @EnumSource(names = {"DT_FLOAT", "DT_DOUBLE", "DT_HALF", "DT_BFLOAT16"})
  void fractionsAreBetweenZeroAndOne(DataType dtype) throws InputException {
    var values = assertInstanceOf(Values.Reals.class, make(dtype, NO_BATCH, 100).values());
    assertTrue(Arrays.stream(values.elements()).allMatch(value -> value >= 0 && value < 1));
    assertTrue(Arrays.stream(values.elements()).distinct().count() > 10);
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "DT_INT8",
        "DT_INT16",
        "DT_INT32",
        "DT_INT64",
        "DT_UINT16",
        "DT_UINT32",
        "DT_UINT64"
      })
  void integersAreSmall(DataType dtype) throws InputException {
    var values = assertInstanceOf(Values.Integers.class, make(dtype, NO_BATCH, 100).values());
    assertTrue(Arrays.stream(values.elements()).allMatch(value -> value >= 0 && value < 10));
  }

  @Test
  void bytesArePixels() throws InputException {
    var values =
        assertInstanceOf(Values.Integers.class, make(DataType.DT_UINT8, NO_BATCH, 1000).values());
    assertTrue(Arrays.stream(values.elements()).allMatch(value -> value >= 0 && value < 256));
    assertTrue(Arrays.stream(values.elements()).anyMatch(value -> value > 200));
  }

  @Test
  void booleansAndTexts() throws InputException {
    assertEquals(5, make(DataType.DT_BOOL, NO_BATCH, 5).values().count());
    var texts =
        assertInstanceOf(Values.Texts.class, make(DataType.DT_STRING, NO_BATCH, 5).values());
    assertTrue(
        texts.elements().stream().allMatch(text -> text.toStringUtf8().matches("\\w+ \\w+")));
  }

  @Test
  void unknownDimensionsAreOneAndTheFirstIsTheBatch() throws InputException {
    assertEquals(List.of(1, 3, 1), make(DataType.DT_FLOAT, NO_BATCH, -1, 3, -1).shape());
    assertEquals(List.of(7, 3, 1), make(DataType.DT_FLOAT, OptionalInt.of(7), -1, 3, -1).shape());
    assertEquals(List.of(), make(DataType.DT_FLOAT, NO_BATCH).shape());
    NamedTensor unknownRank =
        new RandomInput(1, OptionalInt.of(7))
            .make(Signatures.ofUnknownRank("x", DataType.DT_FLOAT))
            .getFirst();
    assertEquals(List.of(7), unknownRank.shape());
  }

  @Test
  void aBatchNeedsAnOpenDimension() {
    InputException refused =
        assertThrows(InputException.class, () -> make(DataType.DT_FLOAT, OptionalInt.of(2), 8, -1));
    assertEquals(
        "--batch=2: no input of the signature has an open first dimension", refused.getMessage());
  }

  @Test
  void whatCannotBeMadeIsNamed() {
    InputException refused =
        assertThrows(InputException.class, () -> make(DataType.DT_COMPLEX64, NO_BATCH, 1));
    assertTrue(
        String.valueOf(refused.getMessage()).startsWith("cannot make values of DT_COMPLEX64"));
  }

  @Test
  void tooMuchIsRefusedBeforeItIsMade() {
    InputException refused =
        assertThrows(
            InputException.class,
            () -> make(DataType.DT_FLOAT, OptionalInt.of(2_000_000_000), -1, 1 << 20));
    assertTrue(String.valueOf(refused.getMessage()).contains("[2000000000, 1048576]"));
  }

  @Test
  void theSeedDecides() throws InputException {
    SignatureDef signature = Signatures.of("x", DataType.DT_FLOAT, 50);
    ModelSpec model = ModelSpec.getDefaultInstance();
    var one = TensorBytes.request(model, new RandomInput(1, NO_BATCH).make(signature));
    RandomInput again = new RandomInput(1, NO_BATCH);
    assertEquals(one, TensorBytes.request(model, again.make(signature)));
    assertNotEquals(one, TensorBytes.request(model, again.make(signature)), "the next one");
    assertNotEquals(one, TensorBytes.request(model, new RandomInput(2, NO_BATCH).make(signature)));
  }
}
