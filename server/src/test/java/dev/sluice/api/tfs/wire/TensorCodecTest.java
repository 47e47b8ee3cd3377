package dev.sluice.api.tfs.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Int64Value;
import dev.sluice.api.tfs.CountingTensors;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Compares the codec with protobuf-java on random tensors of every type. */
final class TensorCodecTest {
  private static final int ROUNDS = 12;

  private final CountingTensors memory = new CountingTensors();
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @BeforeEach
  void printSeed() {
    System.out.println("seed " + seed);
  }

  @AfterEach
  void everythingIsClosed() {
    assertEquals(0, memory.open());
  }

  @Test
  void packedListsDecode() throws Exception {
    for (DataType dtype : TensorModel.DTYPES) {
      for (int round = 0; round < ROUNDS; round++) {
        List<byte[]> elements = randomElements(dtype);
        TensorProto.Builder proto = Wire.tensor(dtype, elements.size());
        if (TensorModel.addToList(proto, dtype, elements)) {
          assertDecodes(dtype, elements, Wire.request("x", proto.build()).toByteArray());
        }
      }
    }
  }

  @Test
  void unpackedListsDecode() throws Exception {
    for (DataType dtype : TensorModel.DTYPES) {
      if (dtype.label().startsWith("float8") || dtype == DataType.FLOAT4_E2M1FN) {
        continue;
      }
      for (int round = 0; round < ROUNDS; round++) {
        List<byte[]> elements = randomElements(dtype);
        TensorProto header = Wire.tensor(dtype, elements.size()).build();
        assertDecodes(dtype, elements, entry(TensorModel.unpacked(dtype, header, elements)));
      }
    }
  }

  @Test
  void contentDecodes() throws Exception {
    for (DataType dtype : TensorModel.DTYPES) {
      for (int round = 0; round < ROUNDS; round++) {
        List<byte[]> elements = randomElements(dtype);
        TensorProto.Builder proto = Wire.tensor(dtype, elements.size());
        TensorModel.withContent(proto, dtype, elements);
        assertDecodes(dtype, elements, Wire.request("x", proto.build()).toByteArray());
      }
    }
  }

  @Test
  void fewerElementsAreFilledWithTheLast() throws Exception {
    for (DataType dtype : TensorModel.DTYPES) {
      for (int round = 0; round < ROUNDS; round++) {
        List<byte[]> given = randomElements(dtype);
        TensorProto.Builder proto = Wire.tensor(dtype, given.size() + random.nextInt(50));
        if (!TensorModel.addToList(proto, dtype, given)) {
          given = List.of();
        }
        List<byte[]> expected = new ArrayList<>(given);
        long size = proto.getTensorShape().getDim(0).getSize();
        while (expected.size() < size) {
          expected.add(given.isEmpty() ? new byte[dtype.byteSize()] : given.getLast());
        }
        assertDecodes(dtype, expected, Wire.request("x", proto.build()).toByteArray());
      }
    }
  }

  @Test
  void surplusElementsAreDropped() throws Exception {
    for (DataType dtype : TensorModel.DTYPES) {
      for (int round = 0; round < ROUNDS; round++) {
        List<byte[]> given = randomElements(dtype);
        int wanted = random.nextInt(given.size() + 1);
        TensorProto.Builder proto = Wire.tensor(dtype, wanted);
        if (TensorModel.addToList(proto, dtype, given)) {
          assertDecodes(
              dtype, given.subList(0, wanted), Wire.request("x", proto.build()).toByteArray());
        }
      }
    }
  }

  @Test
  void typedListsEncode() throws Exception {
    for (DataType dtype : TensorModel.DTYPES) {
      for (int round = 0; round < ROUNDS; round++) {
        List<byte[]> elements = randomElements(dtype);
        TensorProto.Builder proto = Wire.tensor(dtype, elements.size());
        if (TensorModel.addToList(proto, dtype, elements)) {
          assertEncodes(dtype, elements, proto.build(), false);
        }
      }
    }
  }

  @Test
  void contentEncodes() throws Exception {
    for (DataType dtype : TensorModel.DTYPES) {
      for (int round = 0; round < ROUNDS; round++) {
        List<byte[]> elements = randomElements(dtype);
        TensorProto.Builder proto = Wire.tensor(dtype, elements.size());
        assertEncodes(
            dtype, elements, TensorModel.withContent(proto, dtype, elements).build(), true);
      }
    }
  }

  private List<byte[]> randomElements(DataType dtype) {
    int largest = random.nextInt(10) == 0 ? 6000 : 40;
    return TensorModel.randomElements(dtype, random.nextInt(largest), random);
  }

  private void assertDecodes(DataType dtype, List<byte[]> elements, byte[] message)
      throws Exception {
    try (MessageBytes bytes = Wire.cut(message, random);
        Tensor tensor = Wire.decode(bytes, memory)) {
      assertEquals(dtype, tensor.dtype());
      assertArrayEquals(
          TensorModel.memory(dtype, elements),
          tensor.data().toArray(ValueLayout.JAVA_BYTE),
          () -> dtype + ", " + elements.size() + " elements, seed " + seed);
    }
  }

  private void assertEncodes(
      DataType dtype, List<byte[]> elements, TensorProto expected, boolean asContent)
      throws Exception {
    Signature signature =
        new Signature("s", "", List.of(), List.of(Wire.spec("a"), Wire.spec("b")), Map.of());
    byte[] content = TensorModel.memory(dtype, elements);
    try (Tensor tensor = memory.allocate(dtype, Shape.of(elements.size()), content.length)) {
      MemorySegment.copy(content, 0, tensor.data(), ValueLayout.JAVA_BYTE, 0, content.length);
      PredictAnswer answer =
          PredictAnswer.of(
              new ServableId("m", 7),
              signature,
              new int[] {1, 0},
              new Tensor[] {tensor, tensor},
              asContent);
      ByteArrayOutputStream written = new ByteArrayOutputStream();
      answer.writeTo(written);
      assertEquals(answer.size(), written.size());
      PredictResponse response = PredictResponse.parseFrom(written.toByteArray());
      assertEquals(
          PredictResponse.newBuilder()
              .putOutputs("a", expected)
              .putOutputs("b", expected)
              .setModelSpec(
                  ModelSpec.newBuilder()
                      .setName("m")
                      .setVersion(Int64Value.of(7))
                      .setSignatureName("s"))
              .build(),
          response,
          () -> dtype + ", seed " + seed);
    }
  }

  /** Returns a PredictRequest whose input x has exactly these bytes. */
  private static byte[] entry(byte[] tensor) throws IOException {
    ByteArrayOutputStream entry = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(entry);
    out.writeByteArray(2, tensor);
    out.writeString(1, "x");
    out.flush();
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    out = CodedOutputStream.newInstance(message);
    out.writeByteArray(PredictRequest.INPUTS_FIELD_NUMBER, entry.toByteArray());
    out.flush();
    return message.toByteArray();
  }
}
