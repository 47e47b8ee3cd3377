package dev.sluice.api.tfs.json;

import static dev.sluice.api.tfs.json.JsonTestSupport.echo;
import static dev.sluice.api.tfs.json.JsonTestSupport.signature;
import static dev.sluice.api.tfs.json.JsonTestSupport.spec;
import static dev.sluice.api.tfs.json.JsonTestSupport.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.json.JsonSink;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class JsonPredictResponseTest {
  private static final Signature TWO =
      signature(spec("a", DataType.FLOAT), spec("b", DataType.INT64));

  @Test
  void rowsOfOneOutputAreOnOneLine() throws ServingException {
    assertEquals(
        "{\n    \"predictions\": [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]\n    ]\n}",
        echo("{\"instances\":[[[1,2],[3,4]],[[5,6],[7,8]]]}", signature(DataType.FLOAT)));
  }

  @Test
  void rowsOfSeveralOutputsAreObjects() throws ServingException {
    assertEquals(
        """
        {
            "predictions": [
                {
                    "a": [0.5, 2.0],
                    "b": 7
                },
                {
                    "a": [1.0, 0.25],
                    "b": -8
                }
            ]
        }""",
        echo("{\"instances\":[{\"b\":7,\"a\":[0.5,2]},{\"b\":-8,\"a\":[1,0.25]}]}", TWO));
  }

  @Test
  void columnsHaveALinePerElement() throws ServingException {
    assertEquals(
        """
        {
            "outputs": {
                "a": [
                    [
                        1.5
                    ],
                    [
                        2.5
                    ]
                ],
                "b": 3
            }
        }""",
        echo("{\"inputs\":{\"a\":[[1.5],[2.5]],\"b\":3}}", TWO));
  }

  @Test
  void emptyArraysStayTogether() throws ServingException {
    Signature floats = signature(DataType.FLOAT);
    assertEquals(
        "{\n    \"outputs\": [\n        [],\n        []\n    ]\n}",
        echo("{\"inputs\":[[],[]]}", floats));
    NativeTensors allocator = new NativeTensors();
    try (Tensor none = allocator.allocate(DataType.FLOAT, Shape.of(0, 5), 0)) {
      assertEquals("{\n    \"predictions\": []\n}", write(JsonFormat.ROW, floats, none));
      assertEquals("{\n    \"outputs\": []\n}", write(JsonFormat.COLUMNAR, floats, none));
    }
  }

  @Test
  void integersOfAllWidths() throws ServingException {
    assertEquals(
        "{\n    \"predictions\": [18446744073709551615, 0\n    ]\n}",
        echo("{\"instances\":[18446744073709551615,0]}", signature(DataType.UINT64)));
    assertEquals(
        "{\n    \"predictions\": [-9223372036854775808, 9223372036854775807\n    ]\n}",
        echo(
            "{\"instances\":[-9223372036854775808,9223372036854775807]}",
            signature(DataType.INT64)));
    assertEquals(
        "{\n    \"predictions\": [4294967295, 10\n    ]\n}",
        echo("{\"instances\":[4294967295,10]}", signature(DataType.UINT32)));
    assertEquals(
        "{\n    \"predictions\": [-128, 99, 100\n    ]\n}",
        echo("{\"instances\":[-128,99,100]}", signature(DataType.INT8)));
    assertEquals(
        "{\n    \"predictions\": [true, false\n    ]\n}",
        echo("{\"instances\":[true,false]}", signature(DataType.BOOL)));
  }

  @Test
  void stringsAreEscapedAndBytesEncoded() throws ServingException {
    assertEquals(
        "{\n    \"outputs\": \"/é\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001F\u007F\"\n}",
        echo(
            "{\"inputs\":\"\\/é\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\u007F\"}",
            signature(DataType.STRING)));
    assertEquals(
        """
        {
            "predictions": [[{
                        "b64": "AQI="
                    }]
            ]
        }""",
        echo(
            "{\"instances\":[[\"\\u0001\\u0002\"]]}", signature(spec("x_bytes", DataType.STRING))));
  }

  @Test
  void rowsNeedABatchDimension() {
    NativeTensors allocator = new NativeTensors();
    try (Tensor two = allocator.allocate(DataType.FLOAT, Shape.of(2), 8);
        Tensor three = allocator.allocate(DataType.INT64, Shape.of(3), 24);
        Tensor scalar = allocator.allocate(DataType.INT64, Shape.of(), 8)) {
      assertEquals(
          "Tensor name: b has inconsistent batch size: 3 expecting: 2",
          refusal(JsonFormat.ROW, two, three));
      assertEquals(
          "Tensor name: b has no shape information ", refusal(JsonFormat.ROW, two, scalar));
    }
  }

  @Test
  void whatJsonCannotHoldIsRefused() {
    assertEquals("Cannot convert empty tensor map to JSON", refusal(JsonFormat.ROW));
    NativeTensors allocator = new NativeTensors();
    try (Tensor half = allocator.allocate(DataType.HALF, Shape.of(1), 2)) {
      half.data().set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) 1);
      assertEquals(
          "Failed to write JSON value for tensor type: half", refusal(JsonFormat.COLUMNAR, half));
    }
  }

  private static String refusal(JsonFormat format, Tensor... outputs) {
    return assertThrows(ServingException.class, () -> write(format, TWO, outputs)).text();
  }

  @Test
  void outputsKeepTheOrderThatWasAskedFor() throws ServingException {
    NativeTensors allocator = new NativeTensors();
    try (Tensor b = allocator.allocate(DataType.INT64, Shape.of(), 8)) {
      b.data().set(ValueLayout.JAVA_LONG_UNALIGNED, 0, 5L);
      JsonSink sink = new JsonSink(0);
      JsonPredictResponse.write(sink, JsonFormat.COLUMNAR, TWO, new int[] {1}, new Tensor[] {b});
      assertEquals(
          "{\n    \"outputs\": 5\n}",
          new String(sink.array(), 0, sink.length(), StandardCharsets.UTF_8));
    }
  }
}
