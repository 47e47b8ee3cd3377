package dev.sluice.api.oip.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.sluice.admission.Limiter;
import dev.sluice.api.oip.Datatype;
import dev.sluice.api.oip.InferInputs;
import dev.sluice.api.oip.InferOptions;
import dev.sluice.api.oip.OutputPlan;
import dev.sluice.api.oip.SharedMemory;
import dev.sluice.api.tfs.CountingTensors;
import dev.sluice.api.tfs.FakeModels;
import dev.sluice.api.tfs.FakeServable;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.predict.Answer;
import dev.sluice.predict.Call;
import dev.sluice.predict.Predictor;
import dev.sluice.predict.VersionChoice;
import dev.sluice.protos.inference.InferParameter;
import dev.sluice.protos.inference.InferTensorContents;
import dev.sluice.protos.inference.ModelInferRequest;
import dev.sluice.protos.inference.ModelInferRequest.InferInputTensor;
import dev.sluice.protos.inference.ModelInferResponse;
import dev.sluice.protos.inference.ModelStreamInferResponse;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What goes in comes out, for every type and both forms; what is damaged is refused as protobuf
 * refuses it, or by a reason, and leaves nothing behind.
 */
final class ModelInferCodecTest {
  private static final int ROUND_TRIPS = 4_000;
  private static final int DAMAGES = 40_000;

  private static final List<Datatype> TYPES = List.of(Datatype.values());

  private final CountingTensors memory = new CountingTensors();
  private final FakeModels models = new FakeModels();
  private final Limiter limiter = new Limiter(10);
  private final Predictor predictor = new Predictor(models, limiter);
  private final SharedMemory regions = new SharedMemory(Path.of("/nonexistent"));

  /** A signature for each type, which gives back what it gets. */
  @BeforeEach
  void addModel() {
    Map<String, Signature> signatures = new HashMap<>();
    for (Datatype type : Datatype.values()) {
      TensorSpec in = new TensorSpec("x", type.type(), false, Shape.unknownRank(), "x:0");
      TensorSpec out = new TensorSpec("y", type.type(), false, Shape.unknownRank(), "y:0");
      signatures.put(
          type.name(), new Signature(type.name(), "predict", List.of(in), List.of(out), Map.of()));
    }
    models.add("m", 7, new FakeServable(signatures, memory));
  }

  @AfterEach
  void nothingIsLeft() {
    assertEquals(0, memory.open());
    assertEquals(0, limiter.inFlight());
    assertEquals(0, models.lent());
  }

  @Test
  void whatGoesInComesOut() throws Exception {
    Random random = seeded();
    for (int round = 0; round < ROUND_TRIPS; round++) {
      Datatype type = TYPES.get(round % TYPES.size());
      ModelInferRequest request = request(type, random);
      ModelInferResponse response =
          ModelInferResponse.parseFrom(answer(request.toByteArray(), random));
      assertEquals("7", response.getModelVersion());
      assertEquals(request.getId(), response.getId());
      assertEquals(
          request.getInputs(0).getShapeList(),
          response.getOutputs(0).getShapeList(),
          () -> "" + type);
      assertEquals(type.name(), response.getOutputs(0).getDatatype());
      assertEquals(
          request.getRawInputContentsList(), response.getRawOutputContentsList(), () -> "" + type);
      assertEquals(
          request.getInputs(0).getContents(),
          response.getOutputs(0).getContents(),
          () -> "" + type);
    }
  }

  @Test
  void aStreamsMessageHoldsTheSame() throws Exception {
    Random random = seeded();
    ModelInferRequest request = request(Datatype.BYTES, random);
    byte[] bytes = request.toByteArray();
    Exchange exchange = new Exchange();
    exchange.run(cut(bytes, random));
    ModelStreamInferResponse streamed = ModelStreamInferResponse.parseFrom(exchange.streamed);
    assertEquals(ModelInferResponse.parseFrom(exchange.bytes), streamed.getInferResponse());
    assertEquals("", streamed.getErrorMessage());
  }

  @Test
  void damagedMessagesAreRefused() {
    Random random = seeded();
    int malformed = 0;
    int refused = 0;
    int decoded = 0;
    int overlong = 0;
    for (int round = 0; round < DAMAGES; round++) {
      Datatype type = TYPES.get(random.nextInt(TYPES.size()));
      byte[] bytes = damaged(request(type, random).toByteArray(), random);
      String at = HexFormat.of().formatHex(bytes);
      boolean valid = isValid(bytes);
      try {
        var _ = answer(bytes, random);
        decoded++;
        assertTrue(valid, () -> "decoded what is no message: " + at);
      } catch (MalformedMessageException e) {
        malformed++;
        overlong += valid ? 1 : 0;
      } catch (ServingException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError(at, e);
      }
      assertEquals(0, memory.open(), at);
    }
    String counts = "%d malformed, %d refused, %d decoded".formatted(malformed, refused, decoded);
    assertTrue(Math.min(Math.min(malformed, refused), decoded) > DAMAGES / 50, counts);
    assertTrue(overlong < DAMAGES / 200, "malformed although messages: " + overlong);
  }

  private static Random seeded() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    return new Random(seed);
  }

  private byte[] answer(byte[] request, Random random)
      throws MalformedMessageException, ServingException {
    Exchange exchange = new Exchange();
    exchange.run(cut(request, random));
    return exchange.bytes;
  }

  /** One request from its bytes to the bytes of its answer. */
  private final class Exchange implements Answer {
    private byte[] bytes = {};
    private byte[] streamed = {};
    private String id = "";
    private boolean typed;

    void run(MessageBytes message) throws MalformedMessageException, ServingException {
      ModelInferRequestHead head = ModelInferRequestHead.scan(message);
      id = head.id();
      typed = head.hasTypedInputs();
      Call call = predictor.open("m", VersionChoice.LATEST, this);
      boolean filled = false;
      try {
        InferInputs inputs = InferInputs.begin(call, InferOptions.of(head.parameters()));
        var _ = OutputPlan.select(call, head.outputs());
        head.decode(inputs, regions);
        filled = true;
      } finally {
        if (!filled) {
          call.close();
        }
      }
      call.run();
    }

    @Override
    public void succeeded(Call call, Tensor[] outputs) {
      try {
        ModelInferAnswer answer =
            new ModelInferAnswer(
                call.id(),
                id,
                List.of(new ModelInferAnswer.Output("y", outputs[0], null, 0)),
                typed,
                false);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        answer.writeTo(out);
        assertEquals(answer.size(), out.size());
        bytes = out.toByteArray();
        streamed = answer.streamed();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (ServingException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void failed(Call call, ServingException failure) {
      throw new AssertionError(failure);
    }
  }

  /** Returns a message in several buffers, as the transport has them. */
  private static MessageBytes cut(byte[] bytes, Random random) {
    List<ByteBuffer> parts = new ArrayList<>();
    for (int start = 0; start < bytes.length; ) {
      int length = Math.min(bytes.length - start, 1 + random.nextInt(40));
      parts.add(ByteBuffer.wrap(bytes, start, length));
      start += length;
    }
    return MessageBytes.of(parts.toArray(ByteBuffer[]::new));
  }

  private static byte[] damaged(byte[] bytes, Random random) {
    byte[] copy = bytes.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes && copy.length > 0; i++) {
      int at = random.nextInt(copy.length);
      switch (random.nextInt(4)) {
        case 0 -> copy[at] = (byte) random.nextInt();
        case 1 -> copy[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> copy = Arrays.copyOf(copy, at);
        default -> {
          int from = random.nextInt(copy.length);
          System.arraycopy(copy, from, copy, at, Math.min(3, copy.length - Math.max(from, at)));
        }
      }
    }
    return copy;
  }

  private static boolean isValid(byte[] bytes) {
    try {
      return ModelInferRequest.parseFrom(bytes).isInitialized();
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  private static ModelInferRequest request(Datatype type, Random random) {
    int rank = random.nextInt(4);
    int elements = 1;
    InferInputTensor.Builder input =
        InferInputTensor.newBuilder().setName("x").setDatatype(type.name());
    for (int axis = 0; axis < rank; axis++) {
      int dim = random.nextInt(5);
      input.addShape(dim);
      elements *= dim;
    }
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder()
            .setModelName("m")
            .setId(random.nextBoolean() ? "" : "id" + random.nextInt())
            .putParameters(
                "signature_name", InferParameter.newBuilder().setStringParam(type.name()).build());
    boolean raw = type == Datatype.FP16 || type == Datatype.BF16 || random.nextBoolean();
    if (raw) {
      request.addRawInputContents(rawValues(type, elements, random));
    } else {
      input.setContents(typedValues(type, elements, random));
    }
    return request.addInputs(input).build();
  }

  private static ByteString rawValues(Datatype type, int elements, Random random) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < elements; i++) {
      int length = type == Datatype.BYTES ? random.nextInt(9) : type.type().byteSize();
      byte[] element = new byte[length];
      random.nextBytes(element);
      if (type == Datatype.BOOL) {
        element[0] &= 1;
      }
      if (type == Datatype.BYTES) {
        byte[] prefix =
            ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(length).array();
        out.writeBytes(prefix);
      }
      out.writeBytes(element);
    }
    return ByteString.copyFrom(out.toByteArray());
  }

  private static InferTensorContents typedValues(Datatype type, int elements, Random random) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (int i = 0; i < elements; i++) {
      int bits = random.nextInt();
      switch (type) {
        case BOOL -> contents.addBoolContents(random.nextBoolean());
        case INT8 -> contents.addIntContents((byte) bits);
        case INT16 -> contents.addIntContents((short) bits);
        case INT32 -> contents.addIntContents(bits);
        case INT64 -> contents.addInt64Contents(random.nextLong());
        case UINT8 -> contents.addUintContents(bits & 0xff);
        case UINT16 -> contents.addUintContents(bits & 0xffff);
        case UINT32 -> contents.addUintContents(bits);
        case UINT64 -> contents.addUint64Contents(random.nextLong());
        case FP32 -> contents.addFp32Contents(random.nextFloat());
        case FP64 -> contents.addFp64Contents(random.nextDouble());
        case BYTES -> contents.addBytesContents(rawValues(Datatype.UINT8, bits & 7, random));
        case FP16, BF16 -> throw new IllegalStateException(type + " has no list");
      }
    }
    return contents.build();
  }
}
