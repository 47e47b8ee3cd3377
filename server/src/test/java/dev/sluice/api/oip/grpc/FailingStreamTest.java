package dev.sluice.api.oip.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.admission.ByteBudget;
import dev.sluice.admission.Limiter;
import dev.sluice.api.RequestThreads;
import dev.sluice.api.grpc.GrpcInference;
import dev.sluice.api.oip.Datatype;
import dev.sluice.api.oip.SharedMemory;
import dev.sluice.api.tfs.CountingTensors;
import dev.sluice.api.tfs.FakeModels;
import dev.sluice.api.tfs.FakeServable;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.predict.Predictor;
import dev.sluice.protos.inference.GRPCInferenceServiceGrpc;
import dev.sluice.protos.inference.ModelInferRequest;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Signature;
import dev.sluice.telemetry.Telemetry;
import dev.sluice.tensor.DataType;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams whose transport fails under them. */
final class FailingStreamTest {
  private record Run(RunRequest request, Completion completion) {}

  private final FakeModels models = new FakeModels();
  private final CountingTensors memory = new CountingTensors();
  private final Limiter limiter = new Limiter(10);
  private final ByteBudget waiting = new ByteBudget(1);
  private final List<Run> runs = new ArrayList<>();
  private final FakeServable servable =
      new FakeServable(
          Map.of(
              Signature.DEFAULT_KEY,
              new Signature(
                  Signature.DEFAULT_KEY,
                  "",
                  List.of(InferServer.spec("x", DataType.FLOAT)),
                  List.of(InferServer.spec("y", DataType.FLOAT)),
                  Map.of())),
          memory);
  private final ServerMethodDefinition<MessageBytes, byte[]> method =
      new GrpcInference<>(
              new ModelInfer(
                  new Predictor(models, limiter), new SharedMemory(Path.of("/nonexistent"))),
              Telemetry.of(new ServingMetrics(new MetricRegistry(), false))
                  .requests(Api.INFER, Entrypoint.GRPC),
              new RequestThreads(() -> null, Runnable::run, waiting),
              1000)
          .streamDefinition(
              GRPCInferenceServiceGrpc.getModelStreamInferMethod(), new ModelStreamInfer());
  private final BrokenCall rpc = new BrokenCall();
  private ServerCall.Listener<MessageBytes> stream;

  @BeforeEach
  void begin() {
    models.add("m", 1, servable);
    servable.behave((request, completion) -> runs.add(new Run(request, completion)));
    stream = method.getServerCallHandler().startCall(rpc, new Metadata());
    for (int i = 0; i < 3; i++) {
      stream.onMessage(message());
    }
  }

  @AfterEach
  void everythingIsGivenBack() {
    assertEquals(0, memory.open(), "tensors");
    assertEquals(0, limiter.inFlight(), "permits");
    assertEquals(0, models.lent(), "leases");
  }

  private static MessageBytes message() {
    return MessageBytes.of(
        ByteBuffer.wrap(
            ModelInferRequest.newBuilder()
                .setModelName("m")
                .addInputs(ModelInferTest.input("x", Datatype.FP32, 1))
                .addRawInputContents(ModelInferTest.floats(1))
                .build()
                .toByteArray()));
  }

  private void complete(Run run) {
    servable.identity(run.request(), run.completion());
  }

  /** The first answer is sent, the second cannot be, the third is not even waited for. */
  private void failTheSecond(Throwable failure) {
    complete(runs.get(0));
    assertFalse(runs.get(2).request().isAbandoned());
    rpc.sendFailure = failure;
    complete(runs.get(1));
    assertTrue(runs.get(2).request().isAbandoned());
    rpc.sendFailure = null;
    complete(runs.get(2));
    stream.onHalfClose();
    stream.onMessage(message());
    stream.onReady();
    assertEquals(3, runs.size());
  }

  @Test
  void aWriteThatFailsEndsTheStreamOnce() {
    failTheSecond(new IllegalStateException("the transport is broken"));
    assertEquals(List.of("headers", "message", "close INTERNAL"), rpc.events);
  }

  @Test
  void wantOfMemoryEndsTheStreamToo() {
    failTheSecond(new OutOfMemoryError("no buffer"));
    assertEquals(List.of("headers", "message", "close INTERNAL"), rpc.events);
  }

  @Test
  void aTransportThatHasEndedTheCallIsLeftAlone() {
    rpc.isClosed = true;
    failTheSecond(new IllegalStateException("call is closed"));
    assertEquals(List.of("headers", "message"), rpc.events);
  }

  @Test
  void aStreamThatDoesNotFailAnswersAll() {
    stream.onHalfClose();
    runs.forEach(this::complete);
    assertEquals(List.of("headers", "message", "message", "message", "close OK"), rpc.events);
  }

  private final class BrokenCall extends ServerCall<MessageBytes, byte[]> {
    final List<String> events = new ArrayList<>();
    @Nullable Throwable sendFailure;
    boolean isClosed;

    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {
      events.add("headers");
    }

    @Override
    public void sendMessage(byte[] message) {
      switch (sendFailure) {
        case null -> events.add("message");
        case Error error -> throw error;
        case RuntimeException bug -> throw bug;
        default -> throw new AssertionError(sendFailure);
      }
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (isClosed) {
        throw new IllegalStateException("call already closed");
      }
      events.add("close " + status.getCode());
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<MessageBytes, byte[]> getMethodDescriptor() {
      return method.getMethodDescriptor();
    }
  }
}
