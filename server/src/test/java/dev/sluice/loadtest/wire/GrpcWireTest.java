package dev.sluice.loadtest.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The wire against a service that does what the model's name says. */
final class GrpcWireTest {
  private static final List<String> NAMES = List.of("echo", "refuse", "silence");

  private final LoadThreads threads = new LoadThreads(1);
  private Server server;
  private int port;

  @BeforeEach
  void start() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Service())
            .build()
            .start();
    port = server.getPort();
  }

  @AfterEach
  void stop() {
    server.shutdownNow();
    threads.close();
  }

  private static final class Service extends PredictionServiceGrpc.PredictionServiceImplBase {
    @Override
    public void predict(PredictRequest request, StreamObserver<PredictResponse> answer) {
      switch (request.getModelSpec().getName()) {
        case "echo" -> {
          answer.onNext(PredictResponse.newBuilder().setModelSpec(request.getModelSpec()).build());
          answer.onCompleted();
        }
        case "refuse" ->
            answer.onError(Status.RESOURCE_EXHAUSTED.withDescription("full").asRuntimeException());
        default -> {}
      }
    }
  }

  private static byte[] message(String model) {
    return PredictRequest.newBuilder()
        .setModelSpec(ModelSpec.newBuilder().setName(model))
        .build()
        .toByteArray();
  }

  private Wire wire(boolean keepAnswers, Optional<Duration> deadline) {
    WireSettings settings =
        new WireSettings(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            2,
            NAMES.stream().map(GrpcWireTest::message).toList(),
            keepAnswers,
            deadline);
    String method = PredictionServiceGrpc.getPredictMethod().getFullMethodName();
    Wire wire = new GrpcWire(threads.get(0), settings, method, System::nanoTime);
    CompletableFuture.supplyAsync(wire::open, threads.get(0))
        .thenCompose(opened -> opened)
        .orTimeout(30, TimeUnit.SECONDS)
        .join();
    return wire;
  }

  private record End(Outcome outcome, ByteString answer) {}

  private record Question(int message, long intendedNanos, CompletableFuture<End> end)
      implements Call {
    @Override
    public void ended(Outcome outcome, AnswerBytes answer) {
      end.complete(new End(outcome, ByteString.copyFrom(answer.toArray())));
    }
  }

  private CompletableFuture<End> send(Wire wire, String model) {
    CompletableFuture<End> end = new CompletableFuture<>();
    Question question = new Question(NAMES.indexOf(model), System.nanoTime(), end);
    threads.get(0).execute(() -> wire.send(question));
    return end.orTimeout(30, TimeUnit.SECONDS);
  }

  @Test
  void answersComeAsBytes() throws InvalidProtocolBufferException {
    Wire wire = wire(true, Optional.empty());
    for (int i = 0; i < 3; i++) {
      End end = send(wire, "echo").join();
      assertTrue(end.outcome.isOk());
      assertEquals("echo", PredictResponse.parseFrom(end.answer).getModelSpec().getName());
    }
  }

  @Test
  void answersThatNobodyLooksAtAreNotKept() {
    End end = send(wire(false, Optional.empty()), "echo").join();
    assertTrue(end.outcome.isOk());
    assertEquals(0, end.answer.size());
  }

  @Test
  void errorsHaveTheirCode() {
    assertEquals(
        new Outcome("RESOURCE_EXHAUSTED", "full", true),
        send(wire(true, Optional.empty()), "refuse").join().outcome);
  }

  @Test
  void theDeadlineEndsACall() {
    Wire wire = wire(true, Optional.of(Duration.ofMillis(50)));
    assertEquals("DEADLINE_EXCEEDED", send(wire, "silence").join().outcome.code());
  }

  @Test
  void moreCallsThanMayBeUnderWayWait() {
    Wire wire = wire(true, Optional.empty());
    List<CompletableFuture<End>> ends = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      ends.add(send(wire, "echo"));
    }
    assertTrue(ends.stream().allMatch(end -> end.join().outcome.isOk()));
  }

  @Test
  void closeEndsWhatIsUnderWay() {
    Wire wire = wire(true, Optional.empty());
    CompletableFuture<End> silent = send(wire, "silence");
    threads.get(0).execute(wire::close);
    assertTrue(silent.join().outcome.isUnfinished());
    assertTrue(send(wire, "echo").join().outcome.isUnfinished());
  }

  @Test
  void aServerThatIsGoneIsUnavailable() {
    Wire wire = wire(true, Optional.empty());
    server.shutdownNow();
    CompletableFuture<End> silent = send(wire, "silence");
    assertEquals("UNAVAILABLE", silent.join().outcome.code());
    assertTrue(!silent.join().outcome.answered());
  }

  @Test
  void openFailsWhereNobodyListens() throws InterruptedException {
    server.shutdownNow();
    assertTrue(server.awaitTermination(30, TimeUnit.SECONDS));
    assertThrows(CompletionException.class, () -> wire(true, Optional.empty()));
  }
}
