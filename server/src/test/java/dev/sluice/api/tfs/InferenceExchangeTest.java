package dev.sluice.api.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.admission.ByteBudget;
import dev.sluice.admission.Limiter;
import dev.sluice.api.RequestThreads;
import dev.sluice.api.grpc.GrpcInference;
import dev.sluice.api.grpc.InferenceExchange;
import dev.sluice.api.tfs.wire.PredictAnswer;
import dev.sluice.api.tfs.wire.PredictRequestHead;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.predict.Predictor;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.telemetry.Telemetry;
import io.grpc.Attributes;
import io.grpc.Detachable;
import io.grpc.HasByteBuffer;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Callbacks in orders that today's transport does not produce, or not on demand. */
final class InferenceExchangeTest {
  private final FakeModels models = new FakeModels();
  private final CountingTensors memory = new CountingTensors();
  private final Limiter limiter = new Limiter(10);
  private final RecordingCall rpc = new RecordingCall();
  private final List<Runnable> tasks = new ArrayList<>();
  private final ByteBudget waiting = new ByteBudget(1);
  private final AtomicInteger openMessages = new AtomicInteger();
  private final RecordingListener listener = new RecordingListener();
  private final MetricRegistry registry = new MetricRegistry();
  private final ServingMetrics metrics = new ServingMetrics(registry, false);
  private final Metadata headers = new Metadata();
  private final FakeServable servable = Models.identity(memory);

  @BeforeEach
  void addModel() {
    models.add(Models.NAME, 1, servable);
  }

  @AfterEach
  void everythingIsGivenBack() {
    assertEquals(0, openMessages.get(), "messages");
    assertEquals(0, memory.open(), "tensors");
    assertEquals(0, limiter.inFlight(), "permits");
    assertEquals(0, models.lent(), "leases");
    assertEquals(0, waiting.held(), "bytes held");
  }

  private InferenceExchange<PredictRequestHead, PredictAnswer> exchange(int largestInline) {
    PredictOptions options = new PredictOptions(false, false, largestInline);
    return new InferenceExchange<>(
        new GrpcInference<>(
            new GrpcPredict(new Predictor(models, limiter), options),
            new Telemetry(metrics, listener).requests(Api.PREDICT, Entrypoint.GRPC),
            new RequestThreads(() -> null, tasks::add, waiting),
            options.largestInline()),
        rpc,
        headers,
        null);
  }

  private MessageBytes message() {
    openMessages.incrementAndGet();
    return MessageBytes.take(new LentStream(Models.request(3).toByteArray(), openMessages));
  }

  @Test
  void cancelBeforeHalfCloseFreesTheMessage() {
    InferenceExchange<PredictRequestHead, PredictAnswer> exchange = exchange(1000);
    exchange.onMessage(message());
    exchange.onCancel();
    assertEquals(List.of(), rpc.events);
    assertEquals(0, listener.begun(), "it has not begun without all of its bytes");
    assertEquals(List.of(), listener.codes());
  }

  @Test
  void whoListensIsToldOfAnAnswerAfterItWasSent() {
    headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), "00-1-2-01");
    InferenceExchange<PredictRequestHead, PredictAnswer> exchange = exchange(1000);
    exchange.onMessage(message());
    assertEquals(0, listener.begun());
    exchange.onHalfClose();
    assertEquals(
        List.of(
            new RecordingListener.Seen(
                Code.OK,
                Models.NAME,
                1,
                Signature.DEFAULT_KEY,
                "",
                Models.request(3).getSerializedSize(),
                rpc.sent,
                "",
                new RecordingListener.Trace("00-1-2-01", false))),
        listener.ended());
    exchange.onCancel();
    assertEquals(1, listener.ended().size());
  }

  @Test
  void whoListensIsToldOfAFailure() {
    servable.behave(
        (request, completion) -> completion.failed(new ServingException(Code.ABORTED, "as told")));
    InferenceExchange<PredictRequestHead, PredictAnswer> exchange = exchange(1000);
    exchange.onMessage(message());
    exchange.onHalfClose();
    assertEquals(List.of(Code.ABORTED), listener.codes());
    assertEquals("as told", listener.ended().getFirst().problem());
    assertEquals(0, listener.ended().getFirst().answerBytes());
  }

  @Test
  void aLargeRequestIsFreedAtOnceWhenItsClientLeaves() {
    InferenceExchange<PredictRequestHead, PredictAnswer> exchange = exchange(0);
    exchange.onMessage(message());
    exchange.onHalfClose();
    assertEquals(1, openMessages.get());
    exchange.onCancel();
    assertEquals(0, openMessages.get());
    assertEquals(0, waiting.held());
    tasks.removeFirst().run();
    assertEquals(List.of(), rpc.events);
    assertEquals(List.of(Code.CANCELLED), listener.codes());
  }

  @Test
  void largeRequestsAreRefusedWhenTooManyBytesWait() {
    InferenceExchange<PredictRequestHead, PredictAnswer> first = exchange(0);
    first.onMessage(message());
    first.onHalfClose();
    InferenceExchange<PredictRequestHead, PredictAnswer> second = exchange(0);
    second.onMessage(message());
    second.onHalfClose();
    assertEquals(1, openMessages.get());
    assertEquals(1, tasks.size());
    assertTrue(rpc.events.getLast().contains("UNAVAILABLE"), rpc.events.toString());
    assertEquals(List.of(Code.UNAVAILABLE), listener.codes());
    first.onCancel();
    assertEquals(List.of(Code.UNAVAILABLE, Code.CANCELLED), listener.codes());
    assertEquals(2, listener.begun());
  }

  @Test
  void aSecondMessageIsRefusedOnce() {
    InferenceExchange<PredictRequestHead, PredictAnswer> exchange = exchange(1000);
    exchange.onMessage(message());
    exchange.onMessage(message());
    exchange.onMessage(message());
    exchange.onHalfClose();
    assertEquals(List.of("close INTERNAL"), rpc.events);
  }

  @Test
  void halfCloseWithoutAMessageIsRefused() {
    exchange(1000).onHalfClose();
    assertEquals(List.of("close INTERNAL"), rpc.events);
  }

  @Test
  void cancelWhileQueuedNeitherRunsNorAnswers() {
    InferenceExchange<PredictRequestHead, PredictAnswer> exchange = exchange(0);
    exchange.onMessage(message());
    exchange.onHalfClose();
    exchange.onCancel();
    tasks.removeFirst().run();
    assertEquals(0, memory.allocations());
    assertEquals(List.of(), rpc.events);
  }

  @Test
  void cancelAfterTheAnswerChangesNothing() {
    InferenceExchange<PredictRequestHead, PredictAnswer> exchange = exchange(1000);
    exchange.onMessage(message());
    exchange.onHalfClose();
    exchange.onCancel();
    assertEquals(List.of("headers", "message", "close OK"), rpc.events);
  }

  @Test
  void aServableThatThrowsIsAnsweredOnce() {
    servable.behave(
        (request, completion) -> {
          servable.identity(request, completion);
          throw new IllegalStateException("after the end");
        });
    InferenceExchange<PredictRequestHead, PredictAnswer> exchange = exchange(1000);
    exchange.onMessage(message());
    exchange.onHalfClose();
    assertEquals(List.of("headers", "message", "close OK"), rpc.events);
  }

  @Test
  void aTransportThatFailsStillLetsEverythingGo() {
    rpc.sendFailure = new IllegalStateException("the transport is broken");
    InferenceExchange<PredictRequestHead, PredictAnswer> exchange = exchange(1000);
    exchange.onMessage(message());
    exchange.onHalfClose();
    assertEquals(List.of("headers", "close INTERNAL"), rpc.events);
    assertEquals(List.of(Code.INTERNAL), listener.codes());
    assertEquals(1, counted("OK"), "it was counted before it was sent");
    assertEquals(0, counted("INTERNAL"), "and is not counted twice");
  }

  private long counted(String status) {
    return registry
        .page()
        .lines()
        .filter(line -> line.startsWith(":tensorflow:serving:request_count{"))
        .filter(line -> line.contains("status=\"" + status + "\""))
        .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void anAnswerThatFindsNoMemoryEndsTheCall() {
    rpc.sendFailure = new OutOfMemoryError("no buffer");
    InferenceExchange<PredictRequestHead, PredictAnswer> exchange = exchange(1000);
    exchange.onMessage(message());
    exchange.onHalfClose();
    assertEquals(List.of("headers", "close INTERNAL"), rpc.events);
  }

  @Test
  void theAnswerIsEncodedBeforeTheTensorsAreFreed() {
    InferenceExchange<PredictRequestHead, PredictAnswer> exchange = exchange(1000);
    exchange.onMessage(message());
    exchange.onHalfClose();
    assertTrue(rpc.openTensorsWhileSending > 0);
  }

  /** Lends its bytes as the transport's streams do. */
  private static final class LentStream extends InputStream implements Detachable, HasByteBuffer {
    private final ByteBuffer bytes;
    private final AtomicInteger open;

    LentStream(byte[] bytes, AtomicInteger open) {
      this.bytes = ByteBuffer.wrap(bytes);
      this.open = open;
    }

    @Override
    public InputStream detach() {
      return this;
    }

    @Override
    public boolean byteBufferSupported() {
      return true;
    }

    @Override
    public ByteBuffer getByteBuffer() {
      return bytes.slice();
    }

    @Override
    public boolean markSupported() {
      return true;
    }

    @Override
    public void mark(int limit) {}

    @Override
    public int available() {
      return bytes.remaining();
    }

    @Override
    public long skip(long count) {
      bytes.position(bytes.position() + (int) count);
      return count;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException("lent, not read");
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      return read();
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  private final class RecordingCall extends ServerCall<MessageBytes, PredictAnswer> {
    final List<String> events = new ArrayList<>();
    @Nullable Throwable sendFailure;
    int openTensorsWhileSending;
    int sent;

    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {
      events.add("headers");
    }

    @Override
    public void sendMessage(PredictAnswer answer) {
      switch (sendFailure) {
        case null -> {}
        case Error error -> throw error;
        case RuntimeException bug -> throw bug;
        default -> throw new AssertionError(sendFailure);
      }
      openTensorsWhileSending = memory.open();
      try {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        answer.writeTo(bytes);
        sent = bytes.size();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      events.add("message");
    }

    @Override
    public void close(Status status, Metadata trailers) {
      events.add("close " + status.getCode());
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<MessageBytes, PredictAnswer> getMethodDescriptor() {
      return GrpcInference.descriptor(
          PredictionServiceGrpc.getPredictMethod(), GrpcPredict.responses());
    }

    @Override
    public Attributes getAttributes() {
      return Attributes.EMPTY;
    }
  }
}
