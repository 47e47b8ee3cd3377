package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.TensorProto;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Requests that end the reference's process, and mutated ones: the server must answer each with an
 * error and go on, and hold nothing afterwards.
 *
 * <p>{@code -Dsluice.fuzz.seconds=600} runs the fuzzers longer.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileRequestsTest {
  private static final long FUZZ_SECONDS = Long.getLong("sluice.fuzz.seconds", 30);

  private static final String TOKENS = "[]{},:\"\\0-e.9";

  private ServerProcess server;
  private ManagedChannel channel;

  @BeforeAll
  void start() throws Exception {
    server =
        ServerProcess.serve("--model_name=digits", "--model_base_path=" + Models.path("digits"));
    channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
  }

  @AfterAll
  void stop() throws Exception {
    channel.shutdownNow();
    assertTrue(server.isAlive(), "the server died");
    assertTrue(digit(1, 8, 8, 1) == 200, "the server no longer answers");
    server.terminate();
    assertEquals(0, server.exitCode(), () -> String.join("\n", server.log()));
    // At the end the server says what it still holds; see main.Server.
    assertTrue(
        server.log().stream()
            .anyMatch(line -> line.contains("0 requests left, 0 versions left, 0 tensors left;")),
        () -> String.join("\n", server.log()));
    server.close();
  }

  @Test
  void wrongRanksAreRefusedAndOddShapesStillAnswer() throws Exception {
    assertEquals(400, digit());
    assertEquals(400, digit(64));
    assertEquals(400, digit(0));
    assertEquals(400, digit(1, 8, 8));
    assertEquals(400, digit(2, 8, 8));
    assertEquals(200, digit(1, 8, 8, 2)); // recorded: the reference answers these two
    assertEquals(200, digit(1, 1, 8, 8, 1));
    assertEquals(200, digit(1, 8, 8, 1));
  }

  /** Returns the status of a Predict with zeros of this shape, in columnar form. */
  private int digit(int... shape) throws IOException, InterruptedException {
    String value = "0.0";
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      value = "[" + String.join(",", Collections.nCopies(shape[axis], value)) + "]";
    }
    return server.post("/v1/models/digits:predict", "{\"inputs\": " + value + "}").statusCode();
  }

  @Test
  void deepNestingOverflowsNoStack() throws Exception {
    for (String bracket : List.of("[", "{\"a\":", "[[1],")) {
      String body = "{\"instances\": " + bracket.repeat(500_000);
      assertEquals(400, server.post("/v1/models/digits:predict", body).statusCode());
    }
  }

  @Test
  void mutatedJsonIsAnswered() throws Exception {
    long seed = Long.getLong("sluice.fuzz.seed", System.nanoTime());
    System.out.println("JSON fuzz: seed " + seed);
    Random random = new Random(seed);
    byte[] good =
        ("{\"signature_name\": \"serving_default\", \"instances\": [[[[0.0],[1],[2e0],[-3.5],[4],"
                + "[5],[6],[7]]]], \"inputs\": {\"images\": [1, NaN, {\"b64\": \"AAAA\"}]}}")
            .getBytes(StandardCharsets.UTF_8);
    long end = System.nanoTime() + FUZZ_SECONDS * 500_000_000L;
    int sent = 0;
    while (System.nanoTime() - end < 0) {
      var response = server.post("/v1/models/digits:predict", mutate(good, random));
      int status = response.statusCode();
      assertTrue(
          status == 200 || status == 400 || status == 409,
          status + " " + response.body() + " seed " + seed);
      sent++;
    }
    System.out.println("JSON fuzz: " + sent + " requests");
  }

  @Test
  void mutatedProtobufIsAnswered() {
    long seed = Long.getLong("sluice.fuzz.seed", System.nanoTime());
    System.out.println("protobuf fuzz: seed " + seed);
    Random random = new Random(seed);
    PredictRequest.Builder request = PredictRequest.newBuilder();
    request.getModelSpecBuilder().setName("digits").setSignatureName("serving_default");
    TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(DataType.DT_FLOAT);
    for (long dim : new long[] {1, 8, 8, 1}) {
      tensor.getTensorShapeBuilder().addDimBuilder().setSize(dim);
    }
    request.putInputs("images", tensor.addFloatVal(1).addFloatVal(2).build());
    byte[] good = request.build().toByteArray();
    MethodDescriptor<byte[], byte[]> predict = predict();
    long end = System.nanoTime() + FUZZ_SECONDS * 500_000_000L;
    int sent = 0;
    while (System.nanoTime() - end < 0) {
      try {
        byte[] unused =
            ClientCalls.blockingUnaryCall(
                channel, predict, CallOptions.DEFAULT, mutate(good, random));
        assertTrue(unused.length > 0);
      } catch (StatusRuntimeException e) {
        switch (e.getStatus().getCode()) {
          case INVALID_ARGUMENT,
              NOT_FOUND,
              FAILED_PRECONDITION,
              ABORTED, // what oneDNN makes of a shape that a pooling layer cannot take
              RESOURCE_EXHAUSTED,
              UNIMPLEMENTED -> {}
          case INTERNAL -> assertTrue(e.getStatus().getDescription() == null, e + " seed " + seed);
          default -> throw new AssertionError("seed " + seed, e);
        }
      }
      sent++;
    }
    System.out.println("protobuf fuzz: " + sent + " requests");
  }

  private static byte[] mutate(byte[] good, Random random) {
    byte[] bytes = good.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes = Arrays.copyOf(bytes, at + 1);
        case 3 -> bytes = insert(bytes, at, bytes[random.nextInt(bytes.length)]);
        default -> bytes = insert(bytes, at, (byte) TOKENS.charAt(random.nextInt(TOKENS.length())));
      }
    }
    return bytes;
  }

  private static byte[] insert(byte[] bytes, int at, byte value) {
    byte[] longer = new byte[bytes.length + 1];
    System.arraycopy(bytes, 0, longer, 0, at);
    longer[at] = value;
    System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
    return longer;
  }

  private static MethodDescriptor<byte[], byte[]> predict() {
    MethodDescriptor.Marshaller<byte[]> raw =
        new MethodDescriptor.Marshaller<>() {
          @Override
          public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
          }

          @Override
          public byte[] parse(InputStream stream) {
            try {
              return stream.readAllBytes();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName("tensorflow.serving.PredictionService/Predict")
        .setRequestMarshaller(raw)
        .setResponseMarshaller(raw)
        .build();
  }
}
