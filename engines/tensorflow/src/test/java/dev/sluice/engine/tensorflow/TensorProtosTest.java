package dev.sluice.engine.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import dev.sluice.engine.TestTensors;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules of grpc.md §5.1, as far as defaults use them. */
final class TensorProtosTest {
  private static TensorProto.Builder proto(int dtype, long... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long dim : dims) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(dim));
    }
    return TensorProto.newBuilder().setDtypeValue(dtype).setTensorShape(shape);
  }

  private static String hex(TensorProto.Builder proto) throws ServingException {
    try (Tensor tensor = TensorProtos.toTensor(proto.build(), new NativeTensors())) {
      return HexFormat.of().formatHex(tensor.data().toArray(ValueLayout.JAVA_BYTE));
    }
  }

  private static List<String> strings(TensorProto.Builder proto) throws ServingException {
    try (Tensor tensor = TensorProtos.toTensor(proto.build(), new NativeTensors())) {
      return List.of(TestTensors.strings(tensor));
    }
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFrom(text, StandardCharsets.UTF_8);
  }

  @Test
  void shortListRepeatsItsLastElement() throws ServingException {
    try (Tensor tensor =
        TensorProtos.toTensor(
            proto(1, 4).addFloatVal(1).addFloatVal(2).build(), new NativeTensors())) {
      assertEquals(Shape.of(4), tensor.shape());
      assertArrayEquals(new float[] {1, 2, 2, 2}, TestTensors.floats(tensor));
    }
  }

  @Test
  void emptyListGivesZerosAndLongOneIsCut() throws ServingException {
    assertEquals("0000000000000000", hex(proto(3, 2)));
    assertEquals("01000000", hex(proto(3, 1).addIntVal(1).addIntVal(2)));
  }

  @Test
  void contentWinsAndMustFit() throws ServingException {
    TensorProto.Builder both =
        proto(6, 2).addIntVal(9).setTensorContent(ByteString.copyFrom(new byte[] {1, 2}));
    assertEquals("0102", hex(both));
    TensorProto.Builder wrong = proto(6, 3).setTensorContent(ByteString.copyFrom(new byte[2]));
    assertInvalid(wrong);
  }

  @Test
  void everyListIsReadInItsWidth() throws ServingException {
    assertEquals("000000000000f03f", hex(proto(2, 1).addDoubleVal(1)));
    assertEquals("2c", hex(proto(6, 1).addIntVal(300)));
    assertEquals("0000", hex(proto(17, 1).addIntVal(65536)));
    assertEquals("003c", hex(proto(19, 1).addHalfVal(0x3c00)));
    assertEquals("803f", hex(proto(14, 1).addHalfVal(0x3f80)));
    assertEquals("0000803f00000040", hex(proto(8, 1).addScomplexVal(1).addScomplexVal(2)));
    assertEquals(
        "000000000000f03f0000000000000040", hex(proto(18, 1).addDcomplexVal(1).addDcomplexVal(2)));
    assertEquals("ffffffffffffffff", hex(proto(9, 1).addInt64Val(-1)));
    assertEquals("01", hex(proto(10, 1).addBoolVal(true)));
    assertEquals("ffffffff", hex(proto(22, 1).addUint32Val(-1)));
    assertEquals("0200000000000000", hex(proto(23, 1).addUint64Val(2)));
    assertEquals("7f", hex(proto(25, 1).setFloat8Val(ByteString.copyFrom(new byte[] {0x7f}))));
    assertEquals("07", hex(proto(29, 1).addIntVal(7)));
  }

  @Test
  void stringsAreReadFromListAndContent() throws ServingException {
    assertEquals(
        List.of("a", "bé", "bé"),
        strings(proto(7, 3).addStringVal(bytes("a")).addStringVal(bytes("bé"))));
    assertEquals(List.of("", ""), strings(proto(7, 2)));
    assertEquals(List.of("x"), strings(proto(7).addStringVal(bytes("x"))));
    assertEquals(List.of("a", "", "bc"), strings(proto(7, 3).setTensorContent(bytes("\1\0\2abc"))));
    assertInvalid(proto(7, 3).setTensorContent(bytes("\1\0\2ab")));
    assertInvalid(proto(7, 3).setTensorContent(bytes("\1\0\2abcd")));
    assertInvalid(proto(7, 300).setTensorContent(bytes("\1")));
  }

  @Test
  void whatIsNoTensorIsRefused() {
    for (int dtype : new int[] {0, 20, 21, 34, 101}) {
      assertInvalid(proto(dtype, 1));
    }
    assertInvalid(proto(1, -1));
    assertInvalid(proto(1, 1L << 62));
    assertInvalid(proto(1, 1 << 30));
    assertInvalid(proto(1, new long[255]));
  }

  private static void assertInvalid(TensorProto.Builder proto) {
    ServingException failure =
        assertThrows(
            ServingException.class,
            () -> TensorProtos.toTensor(proto.build(), new NativeTensors()));
    assertEquals(Code.INVALID_ARGUMENT, failure.code());
  }
}
