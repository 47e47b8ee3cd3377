package dev.sluice.api.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.sluice.api.wire.MessageCodec;
import dev.sluice.protos.serving.GetModelStatusRequest;
import dev.sluice.protos.serving.ModelServiceGrpc;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import dev.sluice.protos.tensorflow.TensorProto;
import io.grpc.Codec;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compressed requests: where they are expanded, and how far. The worker is the test's own thread,
 * so that nothing else can have expanded what it finds in its queue.
 */
final class CompressedRequestsTest {
  private static final int MIB = 1 << 20;

  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private TestServer server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(tasks::add, PredictOptions.DEFAULTS);
    server.models.add(Models.NAME, 3, Models.identity(server.memory));
    channel = channel(MessageCodec.gzip(0), MessageCodec.deflate(0));
  }

  private ManagedChannel channel(Codec... codecs) {
    CompressorRegistry registry = CompressorRegistry.newEmptyInstance();
    for (Codec codec : codecs) {
      registry.register(codec);
    }
    return server
        .newChannel()
        .compressorRegistry(registry)
        .maxInboundMessageSize(Integer.MAX_VALUE)
        .build();
  }

  @AfterEach
  void everythingIsGivenBack() {
    channel.shutdownNow();
    server.close();
    assertTrue(tasks.isEmpty(), "tasks left");
  }

  private ListenableFuture<PredictResponse> send(String encoding, PredictRequest request) {
    return PredictionServiceGrpc.newFutureStub(channel).withCompression(encoding).predict(request);
  }

  private Runnable task() {
    Await.until("something came for the worker", () -> !tasks.isEmpty());
    return tasks.remove();
  }

  private static String text(Status refused) {
    return Objects.requireNonNull(refused.getDescription());
  }

  private static Status failure(ListenableFuture<?> answer) {
    return Status.fromThrowable(assertThrows(ExecutionException.class, answer::get));
  }

  /** Returns a request that compresses about a thousand times. */
  private static PredictRequest zeros(int bytes) {
    TensorProto.Builder tensor = Models.request(0).getInputsOrThrow("x").toBuilder();
    tensor.getTensorShapeBuilder().getDimBuilder(0).setSize(bytes / 4);
    return Models.request(0).toBuilder()
        .putInputs("x", tensor.setTensorContent(ByteString.copyFrom(new byte[bytes])).build())
        .build();
  }

  /** Returns a request that does not compress. */
  private static PredictRequest noise(int bytes) {
    byte[] content = new byte[bytes];
    new Random(1).nextBytes(content);
    PredictRequest request = zeros(bytes);
    return request.toBuilder()
        .putInputs(
            "x",
            request.getInputsOrThrow("x").toBuilder()
                .setTensorContent(ByteString.copyFrom(content))
                .build())
        .build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate"})
  void smallOnesNeedNoWorker(String encoding) throws Exception {
    assertEquals(
        Models.request(3).getInputsOrThrow("x"),
        send(encoding, Models.request(3)).get().getOutputsOrThrow("y"));
    assertEquals(
        8000, send(encoding, zeros(32_000)).get().getOutputsOrThrow("y").getFloatValCount());
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate"})
  void whatExpandsFarIsLeftToTheWorker(String encoding) throws Exception {
    ListenableFuture<PredictResponse> answer = send(encoding, zeros(2 * MIB));
    Runnable task = task();
    assertTrue(server.waiting.held() < 16_000, "still compressed: " + server.waiting.held());
    task.run();
    assertEquals(MIB / 2, answer.get().getOutputsOrThrow("y").getFloatValCount());
  }

  @Test
  void whatIsLongIsLeftToTheWorker() throws Exception {
    PredictRequest request = noise(200_000);
    ListenableFuture<PredictResponse> answer = send("gzip", request);
    task().run();
    assertEquals(50_000, answer.get().getOutputsOrThrow("y").getFloatValCount());
  }

  @Test
  void expandingStopsWhereTheBudgetEnds() {
    long taken = server.waiting.limit() - 5 * MIB;
    assertTrue(server.waiting.tryTake(taken));
    ListenableFuture<PredictResponse> answer = send("gzip", zeros(32 * MIB));
    task().run();
    server.waiting.release(taken);
    Status refused = failure(answer);
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, refused.getCode());
    assertTrue(
        text(refused)
            .matches(
                "A compressed message of \\d+ bytes expands to more than \\d+ bytes;"
                    + " large requests hold \\d+ bytes of at most 268435456"),
        refused.toString());
    assertEquals(0, server.memory.allocations());
  }

  @Test
  void expandingStopsAtTheLargestMessage() {
    ListenableFuture<PredictResponse> answer = send("gzip", zeros(65 * MIB));
    task().run();
    Status refused = failure(answer);
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, refused.getCode());
    assertTrue(
        text(refused).endsWith("; a message may have at most 67108864 bytes"), refused.toString());
  }

  @Test
  void aTensorIsChargedForWhatItsCompressedBytesAreNot() throws Exception {
    long[] held = new long[1];
    FakeServable servable = Models.identity(server.memory);
    servable.behave(
        (request, completion) -> {
          held[0] = server.waiting.held();
          servable.identity(request, completion);
        });
    server.models.add(Models.NAME, 4, servable);
    ListenableFuture<PredictResponse> answer = send("gzip", zeros(8 * MIB));
    task().run();
    assertEquals(2 * MIB, answer.get().getOutputsOrThrow("y").getFloatValCount());
    assertTrue(held[0] >= 7 * MIB, "held while it ran: " + held[0]);
  }

  @Test
  void oneWhoseClientLeavesIsFreedBeforeItIsExpanded() {
    ListenableFuture<PredictResponse> answer = send("gzip", zeros(32 * MIB));
    Runnable task = task();
    answer.cancel(true);
    Await.latch("cancel seen", server.cancelled);
    server.awaitIdle();
    task.run();
    assertEquals(0, server.memory.allocations());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 15, 100_000})
  void whatIsNotOfTheFormatIsInternalWithoutText(int length) throws Exception {
    channel.shutdownNow();
    channel = channel(new Broken(length));
    ListenableFuture<PredictResponse> answer = send("gzip", noise(200_000));
    if (length > 16_384) {
      task().run();
    }
    Status refused = failure(answer);
    assertEquals(Status.Code.INTERNAL, refused.getCode());
    assertNull(refused.getDescription());
  }

  @Test
  void methodsWithoutTensorsExpandLittle() {
    GetModelStatusRequest request =
        GetModelStatusRequest.newBuilder()
            .setModelSpec(ModelSpec.newBuilder().setName("m".repeat(5 * MIB)))
            .build();
    ListenableFuture<?> answer =
        ModelServiceGrpc.newFutureStub(channel).withCompression("gzip").getModelStatus(request);
    Status refused = failure(answer);
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, refused.getCode());
    assertEquals(
        "Decompressed gRPC message exceeds maximum size 4194304", refused.getDescription());
  }

  /** A client's gzip whose messages are cut off. */
  private record Broken(int length) implements Codec {
    @Override
    public String getMessageEncoding() {
      return "gzip";
    }

    @Override
    public OutputStream compress(OutputStream out) {
      return new ByteArrayOutputStream() {
        @Override
        public void close() throws IOException {
          ByteArrayOutputStream whole = new ByteArrayOutputStream();
          try (OutputStream gzip = new GZIPOutputStream(whole)) {
            writeTo(gzip);
          }
          out.write(whole.toByteArray(), 0, length);
          out.close();
        }
      };
    }

    @Override
    public InputStream decompress(InputStream in) {
      return in;
    }
  }
}
