package dev.sluice.loadtest.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.JsonInput;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.TensorJson;
import dev.sluice.client.tensor.Values;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tensors as protobuf and as JSON, there and back. */
final class TensorFormsTest {
  private static final SignatureDef TWO =
      SignatureDef.newBuilder()
          .putInputs("a", Signatures.info(DataType.DT_FLOAT, -1, 2))
          .putInputs("b", Signatures.info(DataType.DT_STRING, -1))
          .build();

  private static List<NamedTensor> read(String json, SignatureDef signature) throws InputException {
    return JsonInput.read(JsonParser.parseString(json).getAsJsonObject(), signature);
  }

  private static String refusal(String json, SignatureDef signature) {
    return String.valueOf(
        assertThrows(InputException.class, () -> read(json, signature)).getMessage());
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "DT_FLOAT", "DT_DOUBLE", "DT_HALF", "DT_BFLOAT16", "DT_INT8", "DT_INT16", "DT_INT32",
        "DT_INT64", "DT_UINT8", "DT_UINT16", "DT_UINT32", "DT_UINT64", "DT_BOOL", "DT_STRING"
      })
  void valuesSurviveJsonAndProtobuf(DataType dtype) throws InputException {
    SignatureDef signature = Signatures.of("x", dtype, -1, 3);
    NamedTensor made = new RandomInput(5, OptionalInt.of(4)).make(signature).getFirst();
    NamedTensor read = read(TensorJson.request("", List.of(made)), signature).getFirst();
    TensorProto proto = TensorBytes.proto(made);
    assertEquals(proto, TensorBytes.proto(read));
    assertEquals(List.of(4, 3), read.shape());
    Values back = TensorValues.of(proto).orElseThrow();
    assertEquals(
        proto, TensorBytes.proto(new NamedTensor("x", dtype, made.shape(), back)), "read again");
  }

  @Test
  void rowsNameTheirInputsIfThereAreSeveral() throws InputException {
    List<NamedTensor> inputs =
        read("{\"instances\":[{\"a\":[1,2],\"b\":\"x\"},{\"b\":\"y\",\"a\":[3,4]}]}", TWO);
    assertEquals(
        "{\"signature_name\":\"s\",\"instances\":[{\"a\":[1.0,2.0],\"b\":\"x\"},"
            + "{\"a\":[3.0,4.0],\"b\":\"y\"}]}",
        TensorJson.request("s", inputs));
  }

  @Test
  void withoutCommonRowsThereAreColumns() throws InputException {
    String columns = "{\"inputs\":{\"a\":[[1.0,2.0]],\"b\":[\"x\",\"y\"]}}";
    assertEquals(columns, TensorJson.request("", read(columns, TWO)));
    SignatureDef scalar = Signatures.of("x", DataType.DT_DOUBLE);
    assertEquals(
        "{\"inputs\":{\"x\":0.1}}", TensorJson.request("", read("{\"inputs\":0.1}", scalar)));
  }

  @Test
  void bytesThatAreNoTextGoAsBase64() throws InputException {
    SignatureDef signature = Signatures.of("x", DataType.DT_STRING, -1);
    String json = "{\"instances\":[{\"b64\":\"/w==\"}]}";
    NamedTensor tensor = read(json, signature).getFirst();
    assertEquals(
        List.of(ByteString.copyFrom(new byte[] {(byte) 0xff})),
        assertInstanceOf(Values.Texts.class, tensor.values()).elements());
    assertEquals(json, TensorJson.request("", List.of(tensor)));
  }

  @Test
  void largeIntegersKeepTheirBits() throws InputException {
    NamedTensor signed =
        read("{\"inputs\":[-9223372036854775808, 1e2]}", Signatures.of("x", DataType.DT_INT64, -1))
            .getFirst();
    assertArrayEquals(
        new long[] {Long.MIN_VALUE, 100},
        assertInstanceOf(Values.Integers.class, signed.values()).elements());
    SignatureDef unsigned = Signatures.of("x", DataType.DT_UINT64, -1);
    String largest = "{\"instances\":[18446744073709551615]}";
    assertEquals(largest, TensorJson.request("", read(largest, unsigned)));
  }

  @Test
  void badBodiesAreRefusedByName() {
    SignatureDef one = Signatures.of("x", DataType.DT_INT32, -1);
    assertTrue(refusal("{}", one).contains("\"instances\" or \"inputs\""));
    assertTrue(refusal("{\"instances\":[]}", one).contains("empty"));
    assertTrue(refusal("{\"instances\":[1.5]}", one).contains("no DT_INT32"));
    assertTrue(refusal("{\"instances\":[{\"b64\":\"AA==\"}]}", one).contains("no DT_INT32"));
    assertTrue(refusal("{\"instances\":[[1],[1,2]]}", one).contains("different length"));
    assertTrue(refusal("{\"instances\":[1,[2]]}", one).contains("different depth"));
    assertTrue(refusal("{\"instances\":[{\"z\":1}]}", one).contains("which has x"));
    assertTrue(refusal("{\"instances\":[1]}", TWO).contains("2 inputs (a, b)"));
    assertTrue(refusal("{\"instances\":[{\"a\":1},{\"b\":1}]}", TWO).contains("different inputs"));
  }

  @Test
  void theLastListedValueStandsForTheRest() throws InputException {
    TensorProto tensor =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_FLOAT)
            .setTensorShape(
                TensorShapeProto.newBuilder().addDim(TensorShapeProto.Dim.newBuilder().setSize(3)))
            .addFloatVal(1)
            .addFloatVal(2)
            .build();
    assertArrayEquals(
        new double[] {1, 2, 2},
        assertInstanceOf(Values.Reals.class, TensorValues.of(tensor).orElseThrow()).elements());
    TensorProto none = tensor.toBuilder().clearFloatVal().build();
    assertThrows(InputException.class, () -> TensorValues.of(none));
  }

  @Test
  void aRequestHasAllInputs() throws InputException {
    var request =
        TensorBytes.request(
            ModelSpec.newBuilder().setName("m").build(),
            new RandomInput(1, OptionalInt.empty()).make(TWO));
    assertEquals(2, request.getInputsCount());
    assertEquals("m", request.getModelSpec().getName());
  }
}
