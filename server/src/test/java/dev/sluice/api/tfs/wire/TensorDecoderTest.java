package dev.sluice.api.tfs.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.sluice.api.tfs.CountingTensors;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.api.wire.ProtoReader;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TensorDecoderTest {
  private final CountingTensors memory = new CountingTensors();

  @AfterEach
  void everythingIsClosed() {
    assertEquals(0, memory.open());
  }

  @Test
  void intsAreCutWithoutRangeCheck() throws Exception {
    assertBytes(Wire.tensor(DataType.INT8, 2).addIntVal(300).addIntVal(-1), 44, 0xff);
    assertBytes(Wire.tensor(DataType.UINT16, 2).addIntVal(65536).addIntVal(65537), 0, 0, 1, 0);
    assertBytes(Wire.tensor(DataType.HALF, 1).addHalfVal(0x1ffff), 0xff, 0xff);
  }

  @Test
  void everyNonZeroBoolIsTrue() throws Exception {
    TensorProto.Builder bools = Wire.tensor(DataType.BOOL, 3);
    UnknownFieldSet.Field numbers =
        UnknownFieldSet.Field.newBuilder().addVarint(7).addVarint(0).addVarint(-1).build();
    bools.setUnknownFields(UnknownFieldSet.newBuilder().addField(11, numbers).build());
    assertBytes(bools, 1, 0, 1);
  }

  @Test
  void everyNonZeroByteOfBoolContentIsTrue() throws Exception {
    TensorProto.Builder bools =
        Wire.tensor(DataType.BOOL, 4).setTensorContent(Wire.bytes(0, 1, 2, 0xff));
    assertBytes(bools, 0, 1, 1, 1);
    TensorProto.Builder bytes =
        Wire.tensor(DataType.UINT8, 2).setTensorContent(Wire.bytes(2, 0xff));
    assertBytes(bytes, 2, 0xff);
  }

  @Test
  void halfAComplexElementIsDropped() throws Exception {
    TensorProto.Builder proto =
        Wire.tensor(DataType.COMPLEX64, 2)
            .addScomplexVal(1.5f)
            .addScomplexVal(-2f)
            .addScomplexVal(99f);
    assertBytes(proto, 0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0);
  }

  @Test
  void contentWinsOverTheList() throws Exception {
    assertBytes(
        Wire.tensor(DataType.FLOAT, 1).addFloatVal(5f).setTensorContent(Wire.bytes(1, 2, 3, 4)),
        1,
        2,
        3,
        4);
  }

  @Test
  void contentOfAnEmptyTensorIsIgnored() throws Exception {
    assertBytes(Wire.tensor(DataType.FLOAT, 0).setTensorContent(Wire.bytes(1, 2, 3)));
  }

  @Test
  void listsOfOtherTypesAreIgnored() throws Exception {
    assertBytes(Wire.tensor(DataType.UINT8, 2).addFloatVal(5f).addInt64Val(3), 0, 0);
  }

  @Test
  void contentMustFitExactly() {
    for (int length : new int[] {1, 7, 9, 16}) {
      assertParsingError(
          Wire.tensor(DataType.FLOAT, 2).setTensorContent(ByteString.copyFrom(new byte[length])));
    }
  }

  @Test
  void noShapeMeansScalar() throws Exception {
    TensorProto proto =
        TensorProto.newBuilder()
            .setDtype(dev.sluice.protos.tensorflow.DataType.DT_FLOAT)
            .addFloatVal(2f)
            .build();
    try (Tensor tensor = Wire.decode(proto, memory)) {
      assertEquals(Shape.scalar(), tensor.shape());
      assertEquals(2f, tensor.data().get(ValueLayout.JAVA_FLOAT, 0));
    }
  }

  @Test
  void unknownRankMeansTheListedDims() throws Exception {
    TensorProto.Builder proto = Wire.tensor(DataType.FLOAT, 1, 2).addFloatVal(2f);
    proto.getTensorShapeBuilder().setUnknownRank(true);
    try (Tensor tensor = Wire.decode(proto.build(), memory)) {
      assertEquals(Shape.of(1, 2), tensor.shape());
    }
  }

  @Test
  void shapesThatAreNoneAreRefused() {
    assertParsingError(Wire.tensor(DataType.FLOAT, -1).addFloatVal(1f));
    assertParsingError(Wire.tensor(DataType.FLOAT, Long.MIN_VALUE));
    assertParsingError(Wire.tensor(DataType.FLOAT, Long.MAX_VALUE));
    assertParsingError(Wire.tensor(DataType.FLOAT, 1L << 62));
    assertParsingError(Wire.tensor(DataType.BOOL, 1L << 62));
    assertParsingError(Wire.tensor(DataType.STRING, 1L << 62));
    assertParsingError(Wire.tensor(DataType.FLOAT, 1L << 40, 1L << 40));
    assertParsingError(Wire.tensor(DataType.FLOAT, ones(255)));
    assertEquals(0, memory.allocations());
  }

  @Test
  void theHighestRankIsAccepted() throws Exception {
    assertBytes(Wire.tensor(DataType.UINT8, ones(254)).addIntVal(9), 9);
  }

  private static long[] ones(int rank) {
    long[] dims = new long[rank];
    Arrays.fill(dims, 1);
    return dims;
  }

  @Test
  void aTinyMessageCannotDemandGigabytes() {
    ServingException numbers = failure(Wire.tensor(DataType.FLOAT, 1L << 33).addFloatVal(1f));
    assertEquals(Code.RESOURCE_EXHAUSTED, numbers.code());
    assertEquals(
        "Input x: a float tensor of shape [8589934592] needs 34359738368 bytes, at most 2147483647"
            + " are accepted",
        numbers.text());
    ServingException strings =
        failure(
            Wire.tensor(DataType.STRING, 1 << 20)
                .addStringVal(ByteString.copyFrom(new byte[10_000])));
    assertEquals(Code.RESOURCE_EXHAUSTED, strings.code());
    assertEquals(0, memory.allocations());
  }

  @Test
  void memoryThatIsNotToBeHadIsAnAnswerNotACrash() {
    memory.onAllocate(
        () -> {
          throw new OutOfMemoryError("none left");
        });
    ServingException failure = failure(Wire.tensor(DataType.FLOAT, 4).addFloatVal(1f));
    assertEquals(Code.RESOURCE_EXHAUSTED, failure.code());
    assertTrue(failure.text().contains("needs 16 bytes"), failure.text());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 34, 999, 101, 107, -1})
  void typesThatAreNoneAreRefused(int dtype) {
    assertParsingError(TensorProto.newBuilder().setDtypeValue(dtype).addFloatVal(1f));
  }

  @Test
  void resourcesAndVariantsAreRefused() {
    assertTrue(
        failure(Wire.tensor(DataType.RESOURCE))
            .text()
            .startsWith("Invalid resource type hash code: 0(name:  type: ). Perhaps a resource"));
    assertEquals(
        "Expects arg[0] to be float but variant is provided",
        failure(Wire.tensor(DataType.VARIANT)).text());
  }

  @Test
  void stringContentIsLengthsThenBytes() throws Exception {
    TensorProto proto =
        Wire.tensor(DataType.STRING, 3)
            .setTensorContent(Wire.bytes(2, 0, 1, 'a', 'b', 'c'))
            .build();
    try (Tensor tensor = Wire.decode(proto, memory)) {
      assertEquals("ab", StringTensors.text(tensor, 0));
      assertEquals("", StringTensors.text(tensor, 1));
      assertEquals("c", StringTensors.text(tensor, 2));
    }
  }

  @Test
  void stringContentMustAddUp() {
    assertParsingError(content(2, 0, 1, 'a', 'b'));
    assertParsingError(content(2, 0, 1, 'a', 'b', 'c', 'd'));
    assertParsingError(content(1, 2));
    assertParsingError(content(0x80, 0x80, 0x80));
    assertParsingError(content(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0));
    assertParsingError(content(0, 0, 0x80, 0x80, 0x80, 0x80, 0x10));
    assertEquals(0, memory.allocations());
  }

  private static TensorProto.Builder content(int... bytes) {
    return Wire.tensor(DataType.STRING, 3).setTensorContent(Wire.bytes(bytes));
  }

  @Test
  void piecesThatHoldNothingAreNotKept() throws Exception {
    byte[] value = Wire.tensor(DataType.FLOAT, 1).addFloatVal(5f).build().toByteArray();
    TensorOutline outline = new TensorOutline();
    ProtoReader in = new ProtoReader(MessageBytes.of(ByteBuffer.wrap(value)));
    for (int i = 0; i < 1_000_000; i++) {
      outline.merge(in, 0);
    }
    outline.merge(in, value.length);
    assertEquals(1, outline.pieces());
    assertEquals(0, outline.pieceStart(0));
    assertEquals(value.length, outline.pieceLength(0));
  }

  @Test
  void piecesOfOneTensorAreMerged() throws Exception {
    TensorProto first = Wire.tensor(DataType.INT32, 2).addFloatVal(1f).addFloatVal(2f).build();
    TensorProto second = Wire.tensor(DataType.FLOAT, 2).addFloatVal(3f).addFloatVal(4f).build();
    TensorShapeProto shape = first.toBuilder().mergeFrom(second).getTensorShape();
    assertEquals(2, shape.getDimCount());
    // One after the other, two serialized messages are the serialized merged message.
    UnknownFieldSet entry =
        UnknownFieldSet.newBuilder()
            .addField(
                1,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(ByteString.copyFromUtf8("x"))
                    .build())
            .addField(
                2,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(first.toByteString())
                    .addLengthDelimited(second.toByteString())
                    .build())
            .build();
    UnknownFieldSet message =
        UnknownFieldSet.newBuilder()
            .addField(
                2,
                UnknownFieldSet.Field.newBuilder().addLengthDelimited(entry.toByteString()).build())
            .build();
    try (Tensor tensor = Wire.decode(Wire.whole(message), memory)) {
      assertEquals(Shape.of(2, 2), tensor.shape());
      assertArrayEquals(new float[] {1, 2, 3, 4}, tensor.data().toArray(ValueLayout.JAVA_FLOAT));
    }
  }

  @Test
  void listsThatAreNotOfTheirTypeAreMalformed() {
    assertMalformed(1, 5, Wire.bytes(1, 2, 3));
    assertMalformed(9, 10, Wire.bytes(1, 0x80));
    // Also where the list is not the one that counts.
    assertMalformed(1, 10, Wire.bytes(0xff));
    assertMalformed(7, 6, Wire.bytes(1));
    assertMalformed(4, 12, Wire.bytes(1, 2, 3, 4));
  }

  private void assertMalformed(int dtype, int field, ByteString packed) {
    TensorProto proto =
        TensorProto.newBuilder()
            .setDtypeValue(dtype)
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(
                        field,
                        UnknownFieldSet.Field.newBuilder().addLengthDelimited(packed).build())
                    .build())
            .build();
    assertThrows(MalformedMessageException.class, () -> Wire.decode(proto, memory).close());
  }

  private void assertBytes(TensorProto.Builder proto, int... expected) throws Exception {
    try (Tensor tensor = Wire.decode(proto.build(), memory)) {
      assertArrayEquals(
          Wire.bytes(expected).toByteArray(), tensor.data().toArray(ValueLayout.JAVA_BYTE));
    }
  }

  private void assertParsingError(TensorProto.Builder proto) {
    ServingException failure = failure(proto);
    assertEquals("tensor parsing error: x", failure.text());
    assertEquals(Code.INVALID_ARGUMENT, failure.code());
  }

  private ServingException failure(TensorProto.Builder proto) {
    return assertThrows(ServingException.class, () -> Wire.decode(proto.build(), memory).close());
  }
}
