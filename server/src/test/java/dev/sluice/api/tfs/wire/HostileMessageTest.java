package dev.sluice.api.tfs.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.sluice.api.tfs.CountingTensors;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Tensor;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Feeds damaged messages: each decodes, or is malformed, or is refused, and nothing stays open.
 * Whether it is malformed is what protobuf-java says, except that it lets some overlong varints and
 * tags pass, which the reference, in C++, does not.
 */
final class HostileMessageTest {
  private static final int ROUNDS = 20_000;

  private final CountingTensors memory = new CountingTensors();

  @Test
  void damagedMessagesAreRefusedLikeProtobufRefusesThem() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    int malformed = 0;
    int decoded = 0;
    int overlong = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = damaged(random);
      boolean valid = isValid(bytes);
      String at = "seed " + seed + ", " + HexFormat.of().formatHex(bytes);
      try (MessageBytes message = Wire.cut(bytes, random)) {
        decodeAll(message);
        decoded++;
        assertTrue(valid || hasIgnoredMessages(bytes), "decoded what is no message, " + at);
      } catch (MalformedMessageException e) {
        malformed++;
        overlong += valid ? 1 : 0;
      } catch (ServingException refused) {
        decoded++;
      } catch (RuntimeException | OutOfMemoryError e) {
        throw new AssertionError(at, e);
      }
      assertEquals(0, memory.open(), at);
    }
    assertTrue(overlong < ROUNDS / 500, "malformed although messages: " + overlong + ", " + seed);
    assertTrue(malformed > ROUNDS / 20 && decoded > ROUNDS / 20, malformed + ", " + decoded);
  }

  private void decodeAll(MessageBytes message) throws MalformedMessageException, ServingException {
    PredictRequestHead head = PredictRequestHead.scan(message);
    for (String name : head.inputs()) {
      Tensor[] allocated = new Tensor[1];
      try {
        head.decode(
            0,
            Wire.spec(name),
            (dtype, shape, size) -> {
              if (size > 1 << 20) {
                throw new OutOfMemoryError("a test has other uses for memory");
              }
              allocated[0] = memory.allocate(dtype, shape, size);
              return allocated[0];
            });
      } finally {
        if (allocated[0] != null) {
          allocated[0].close();
        }
      }
    }
  }

  private static boolean isValid(byte[] bytes) {
    try {
      return PredictRequest.parseFrom(bytes).isInitialized();
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  /**
   * Returns true if there are nested messages that the codec skips without looking into them: of
   * fields that it does not read, and inputs that another of the same name replaces.
   */
  private static boolean hasIgnoredMessages(byte[] bytes) throws InvalidProtocolBufferException {
    UnknownFieldSet request = UnknownFieldSet.parseFrom(bytes);
    List<ByteString> entries = request.getField(2).getLengthDelimitedList();
    Set<ByteString> names = new HashSet<>();
    for (ByteString entry : entries) {
      List<ByteString> name = UnknownFieldSet.parseFrom(entry).getField(1).getLengthDelimitedList();
      names.add(name.isEmpty() ? ByteString.EMPTY : name.getLast());
    }
    if (names.size() < entries.size()) {
      return true;
    }
    boolean ignored = request.hasField(5) || request.hasField(7);
    for (ByteString entry : entries) {
      for (ByteString tensor :
          UnknownFieldSet.parseFrom(entry).getField(2).getLengthDelimitedList()) {
        UnknownFieldSet fields = UnknownFieldSet.parseFrom(tensor);
        ignored |= fields.hasField(14) || fields.hasField(15);
      }
    }
    return ignored;
  }

  /** Returns a request with one or two inputs in which some bytes were changed, lost or added. */
  private static byte[] damaged(Random random) {
    DataType dtype = TensorModel.DTYPES.get(random.nextInt(TensorModel.DTYPES.size()));
    List<byte[]> elements = TensorModel.randomElements(dtype, random.nextInt(8), random);
    TensorProto.Builder proto = Wire.tensor(dtype, elements.size());
    if (random.nextBoolean()) {
      TensorModel.withContent(proto, dtype, elements);
    } else {
      TensorModel.addToList(proto, dtype, elements);
    }
    PredictRequest.Builder request = Wire.request("x", proto.build()).toBuilder();
    if (random.nextBoolean()) {
      request.putInputs("y", proto.build()).addOutputFilter("out");
    }
    byte[] bytes = request.build().toByteArray();
    for (int damages = random.nextInt(4); damages > 0; damages--) {
      bytes = damage(bytes, random);
    }
    return bytes;
  }

  private static byte[] damage(byte[] bytes, Random random) {
    if (bytes.length == 0) {
      return bytes;
    }
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(3)) {
      case 0 -> bytes[at] = (byte) random.nextInt();
      case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      default -> {
        return Arrays.copyOf(bytes, at);
      }
    }
    return bytes;
  }
}
