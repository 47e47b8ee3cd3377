package dev.sluice.client.input;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonParser;
import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.JsonInput;
import dev.sluice.client.tensor.UndeclaredType;
import dev.sluice.protos.tensorflow.DataType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Inputs of models that declare no types, such as TorchScript modules. */
final class UndeclaredInputTest {
  private static void assertTexts(DataType expected, String... texts) {
    assertEquals(expected, UndeclaredType.ofTexts(DataType.DT_INVALID, List.of(texts)));
  }

  private static void assertJson(DataType expected, String json) throws InputException {
    assertEquals(
        expected, JsonInput.tensor("x", DataType.DT_INVALID, JsonParser.parseString(json)).dtype());
  }

  @Test
  void textsSayWhatTheyAre() {
    assertTexts(DataType.DT_INT64, "1", " -2", "+30");
    assertTexts(DataType.DT_FLOAT, "1", "2.0");
    assertTexts(DataType.DT_FLOAT, "1e5", "nan", "-inf");
    assertTexts(DataType.DT_BOOL, "true", "False");
    assertTexts(DataType.DT_STRING, "1", "one");
  }

  @Test
  void jsonSaysWhatItIs() throws InputException {
    assertJson(DataType.DT_INT64, "[[1,2],[3,4]]");
    assertJson(DataType.DT_FLOAT, "[[1,2],[3,4.0]]");
    assertJson(DataType.DT_FLOAT, "1e3");
    assertJson(DataType.DT_BOOL, "[true]");
    assertJson(DataType.DT_STRING, "[\"a\",\"1\"]");
  }

  @Test
  void whatIsDeclaredStays() throws InputException {
    assertEquals(DataType.DT_DOUBLE, UndeclaredType.ofTexts(DataType.DT_DOUBLE, List.of("1", "2")));
    assertEquals(
        DataType.DT_FLOAT,
        JsonInput.tensor("x", DataType.DT_FLOAT, JsonParser.parseString("[1]")).dtype());
  }
}
