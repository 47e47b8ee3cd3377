package dev.sluice.api.tfs.json;

import static dev.sluice.api.tfs.json.JsonTestSupport.echo;
import static dev.sluice.api.tfs.json.JsonTestSupport.refusal;
import static dev.sluice.api.tfs.json.JsonTestSupport.scan;
import static dev.sluice.api.tfs.json.JsonTestSupport.signature;
import static dev.sluice.api.tfs.json.JsonTestSupport.spec;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.json.JsonTexts;
import dev.sluice.api.tfs.json.JsonTestSupport.Inputs;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PredictInputsTest {
  private static final Signature FLOAT = signature(DataType.FLOAT);
  private static final Signature STRING = signature(DataType.STRING);
  private static final Signature TWO =
      signature(spec("a", DataType.FLOAT), spec("b", DataType.STRING));

  @FunctionalInterface
  private interface Check {
    void accept(Inputs inputs) throws ServingException;
  }

  private static void fill(String json, Signature signature, Check check) throws ServingException {
    try (Inputs inputs = new Inputs(signature)) {
      PredictInputs.fill(scan(json), signature, inputs);
      check.accept(inputs);
    }
  }

  private static float[] floats(Tensor tensor) {
    return tensor.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }

  @Test
  void rowsGetABatchDimension() throws ServingException {
    fill(
        "{\"instances\":[[[1,2],[3,4.5]],[[5,6],[7,8]],[[9,10],[11,12]]]}",
        FLOAT,
        inputs -> {
          assertEquals(Shape.of(3, 2, 2), inputs.byInput[0].shape());
          assertArrayEquals(
              new float[] {1, 2, 3, 4.5f, 5, 6, 7, 8, 9, 10, 11, 12}, floats(inputs.byInput[0]));
        });
    fill(
        "{\"instances\":[{\"b\":\"x\",\"a\":[1,2]} , {\"a\":[3,4],\"b\":\"yz\"}]}",
        TWO,
        inputs -> {
          assertEquals(Shape.of(2, 2), inputs.byInput[0].shape());
          assertEquals(Shape.of(2), inputs.byInput[1].shape());
          assertArrayEquals(new float[] {1, 2, 3, 4}, floats(inputs.byInput[0]));
          assertEquals("x", StringTensors.text(inputs.byInput[1], 0));
          assertEquals("yz", StringTensors.text(inputs.byInput[1], 1));
        });
  }

  @Test
  void columnsKeepTheirNesting() throws ServingException {
    fill("{\"inputs\":7}", FLOAT, inputs -> assertEquals(Shape.of(), inputs.byInput[0].shape()));
    fill("{\"inputs\":[]}", FLOAT, inputs -> assertEquals(Shape.of(0), inputs.byInput[0].shape()));
    fill(
        "{\"inputs\":{\"x\":[[[]],[[]]]}}",
        FLOAT,
        inputs -> assertEquals(Shape.of(2, 1, 0), inputs.byInput[0].shape()));
    fill(
        "{\"inputs\":{\"b\":[[\"p\"],[\"q\"]],\"other\":[[{}]],\"a\":1}}",
        TWO,
        inputs -> {
          assertEquals(Shape.of(), inputs.byInput[0].shape());
          assertEquals(Shape.of(2, 1), inputs.byInput[1].shape());
        });
  }

  @Test
  void formatIsThatOfTheRequest() throws ServingException {
    try (Inputs inputs = new Inputs(FLOAT)) {
      assertEquals(JsonFormat.ROW, PredictInputs.fill(scan("{\"instances\":[1]}"), FLOAT, inputs));
      assertEquals(
          JsonFormat.COLUMNAR, PredictInputs.fill(scan("{\"inputs\":[1]}"), FLOAT, inputs));
    }
  }

  @Test
  void valuesAreCutToTheWidthOfTheType() throws ServingException {
    assertEquals("{\n    \"outputs\": 44\n}", echo("{\"inputs\":300}", signature(DataType.INT8)));
    assertEquals("{\n    \"outputs\": 44\n}", echo("{\"inputs\":300}", signature(DataType.UINT8)));
    assertEquals(
        "{\n    \"outputs\": -1\n}", echo("{\"inputs\":65535}", signature(DataType.INT16)));
  }

  @Test
  void stringsAreUnescapedAndBase64Decoded() throws ServingException {
    fill(
        "{\"instances\":[\"a\\u00e9\\n\\u0000\\ud83d\\ude00\",{\"b64\":\"_ \"},\"\"]}"
            .replace("_ ", "Zm9 v\\n\\u0059g"),
        STRING,
        inputs -> {
          Tensor tensor = inputs.byInput[0];
          assertEquals("aé\n\u0000😀", StringTensors.text(tensor, 0));
          assertEquals("foob", StringTensors.text(tensor, 1));
          assertEquals("", StringTensors.text(tensor, 2));
          assertEquals(StringTensors.byteSize(3, 9 + 4), tensor.data().byteSize());
        });
  }

  @Test
  void duplicateMembersAfterTheFirstAreIgnored() throws ServingException {
    fill(
        "{\"instances\":[{\"a\":1,\"a\":[2],\"b\":\"x\",\"b\":7},{\"a\":3,\"b\":\"y\",\"b\":\"z\"}]}",
        TWO,
        inputs -> {
          assertArrayEquals(new float[] {1, 3}, floats(inputs.byInput[0]));
          assertEquals("x", StringTensors.text(inputs.byInput[1], 0));
          assertEquals("y", StringTensors.text(inputs.byInput[1], 1));
        });
  }

  @Test
  void namesMayBeEscapedAndNotAscii() throws ServingException {
    Signature signature = signature(spec("größe", DataType.FLOAT), spec("x", DataType.FLOAT));
    fill(
        "{\"instances\":[{\"gr\\u00f6\\u00dfe\":1,\"\\u0078\":2},{\"x\":4,\"größe\":3}]}",
        signature,
        inputs -> {
          assertArrayEquals(new float[] {1, 3}, floats(inputs.byInput[0]));
          assertArrayEquals(new float[] {2, 4}, floats(inputs.byInput[1]));
        });
  }

  @Test
  void manyInputsAreFoundByName() throws ServingException {
    TensorSpec[] specs = new TensorSpec[40];
    StringBuilder json = new StringBuilder("{\"instances\":[{");
    for (int i = 0; i < specs.length; i++) {
      specs[i] = spec("feature" + (char) ('A' + i), DataType.INT64);
      int reversed = specs.length - 1 - i;
      json.append(i == 0 ? "" : ",");
      json.append("\"feature").append((char) ('A' + reversed)).append("\":").append(reversed);
    }
    json.append("}]}");
    fill(
        json.toString().replace("\\", "\\\\"),
        signature(specs),
        inputs -> {
          for (int i = 0; i < specs.length; i++) {
            assertEquals(i, inputs.byInput[i].data().get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
          }
        });
  }

  @Test
  void membersAreCheckedInOrder() {
    assertEquals(
        "JSON Value: {\n    \"instances\": [1],\n    \"inputs\": 1\n} Not formatted correctly"
            + " expecting only one of 'inputs' or 'instances' keys to exist ",
        refusal("{\"instances\":[1],\"inputs\":1}", FLOAT));
    assertEquals("Missing 'inputs' or 'instances' key", refusal("{}", FLOAT));
    Signature none = new Signature("s", "", List.of(), List.of(), Map.of());
    assertEquals("Failed to get input map for signature: DEFAULT", refusal("{}", none));
    assertEquals(
        "Failed to get input map for signature: s",
        refusal("{\"signature_name\":\"s\",\"inputs\":1}", none));
  }

  @Test
  void keysOfObjectsMustBeTheInputs() {
    assertEquals(
        "Failed to process element: 1 of 'instances' list. JSON object: {\n    \"a\": 1\n} keys must"
            + " be equal to: a,b",
        refusal("{\"instances\":[{\"a\":1,\"b\":\"\"},{\"a\":1}]}", TWO));
    assertEquals(
        "Missing named input: b in 'inputs' object.", refusal("{\"inputs\":{\"a\":1}}", TWO));
  }

  @Test
  void unsupportedTypesAreUnimplemented() throws ServingException {
    Signature half = signature(DataType.HALF);
    ServingException refused =
        assertThrows(ServingException.class, () -> echo("{\"inputs\":[1]}", half));
    assertEquals(Code.UNIMPLEMENTED, refused.code());
    assertEquals("Conversion of JSON Value: 1 to type: half", refused.text());
    assertEquals(
        "Failed to process element: 0 of 'instances' list. Error: UNIMPLEMENTED: Conversion of JSON"
            + " Value: 1 to type: half",
        refusal("{\"instances\":[1]}", half));
    assertEquals("{\n    \"outputs\": []\n}", echo("{\"inputs\":[]}", half));
  }

  @Test
  void referencesAreUnimplemented() {
    Signature reference =
        signature(new TensorSpec("x", DataType.FLOAT, true, Shape.unknownRank(), "x"));
    assertEquals(
        "Conversion of JSON Value: 1 to type: float_ref", refusal("{\"inputs\":1}", reference));
  }

  @Test
  void raggedArraysAskForNoMoreMemoryThanTheBodyCanFill() {
    // By its first elements this is 20000 x 20000; 1.6 GB, if somebody believed it.
    String json = "{\"inputs\":[[0" + ",0".repeat(19_999) + "]" + ",[0]".repeat(19_999) + "]}";
    assertEquals(
        "Encountered list at unexpected size: 1 at level: 1 expected size: 20000",
        refusal(json, FLOAT));
    String rows = "{\"instances\":[[0" + ",0".repeat(19_999) + "]" + ",[0]".repeat(19_999) + "]}";
    assertTrue(refusal(rows, FLOAT).endsWith("Expecting tensor size: 20000 but got: 1"));
    String objects =
        "{\"instances\":[{\"x\":[0"
            + ",0".repeat(9_999)
            + "]}"
            + ",{\"x\":[0]}".repeat(9_999)
            + "]}";
    assertTrue(refusal(objects, FLOAT).endsWith("Expecting tensor size: 10000 but got: 1"));
  }

  private static String nested(int depth, String inner) {
    return "[".repeat(depth) + inner + "]".repeat(depth);
  }

  @Test
  void nestingIsATensorOfHighRank() throws ServingException {
    fill(
        "{\"inputs\":" + nested(254, "5") + "}",
        FLOAT,
        inputs -> {
          assertEquals(254, inputs.byInput[0].shape().rank());
          assertArrayEquals(new float[] {5}, floats(inputs.byInput[0]));
        });
    echo("{\"instances\":" + nested(254, "5") + "}", FLOAT);
  }

  @Test
  void nestingBeyondTheHighestRankIsRefusedWithoutRecursion() {
    for (int depth : new int[] {255, 100_000}) {
      String deep = nested(depth, "5");
      assertEquals("tensor parsing error: x", refusal("{\"inputs\":" + deep + "}", FLOAT));
      assertEquals("tensor parsing error: x", refusal("{\"instances\":" + deep + "}", FLOAT));
      assertEquals(
          "tensor parsing error: x",
          refusal("{\"instances\":[{\"x\":" + nested(depth - 1, "5") + "}]}", FLOAT));
    }
    String twoOutside = nested(99_999, "5") + ",1";
    assertEquals(
        "JSON Value: 1 found at incorrect level: 2 in the JSON DOM. Expected at level: 100000",
        refusal("{\"inputs\":[" + twoOutside + "]}", FLOAT));
    assertEquals(
        "JSON Value: true Type: True is not of expected type: float",
        refusal("{\"inputs\":" + nested(100_000, "true") + "}", FLOAT));
  }

  @Test
  void aFirstBase64ObjectMakesAListOfPlainValues() throws ServingException {
    Signature strings = signature(spec("a", DataType.STRING), spec("b", DataType.STRING));
    fill(
        "{\"instances\":[{\"b64\":\"YQ==\"},\"b\"]}",
        strings,
        inputs -> {
          assertEquals("a", StringTensors.text(inputs.byInput[0], 0));
          assertNull(inputs.byInput[1]);
        });
  }

  @Test
  void quotedBytesStayAsTheyCame() {
    byte[] body = JsonTexts.utf8("{\"inputs\":\"__\"}");
    body[11] = (byte) 0xFF;
    body[12] = (byte) 0xED;
    ServingException refused =
        assertThrows(
            ServingException.class,
            () ->
                PredictInputs.fill(JsonBody.scan(body, 0, body.length), FLOAT, new Inputs(FLOAT)));
    byte[] answer = ErrorBody.of(refused.text());
    assertEquals(
        (byte) 0xFF,
        answer[answer.length - "__\\\" Type: String is not of expected type: float\"\n}".length()]);
  }
}
