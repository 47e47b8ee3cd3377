package dev.sluice.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import dev.sluice.protos.tensorflow.TensorProto;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the demo against two servers that give a fixed answer. */
final class DigitsDemoTest {
  private static final String PIXELS = String.join(",", Collections.nCopies(64, "16.0"));
  private static final String GOLDEN =
      """
      [{"version": 2, "signature": "serving_default",
        "inputs": {"images": {"data": [%s]}},
        "outputs": {"probabilities": {"data": [0.0, 0.1, 0.9]}, "class": {"data": [2]}},
        "tolerance": {"rtol": 1e-4, "atol": 1e-5}}]
      """
          .formatted(PIXELS);

  @TempDir Path folder;

  private final AtomicReference<String> restAnswer =
      new AtomicReference<>("{\"predictions\":[{\"probabilities\":[0.0,0.1,0.9],\"class\":2}]}");
  private final AtomicReference<String> restRequest = new AtomicReference<>("");
  private final AtomicReference<Float> grpcProbability = new AtomicReference<>(0.9f);
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private HttpServer rest;
  private Server grpc;

  @BeforeEach
  void start() throws IOException {
    rest = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    rest.createContext(
        "/v1/models/digits:predict",
        exchange -> {
          restRequest.set(
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] body = restAnswer.get().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(body.length == 0 ? 503 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    rest.start();
    grpc = NettyServerBuilder.forPort(0).addService(new FixedPredictions()).build().start();
  }

  @AfterEach
  void stop() throws InterruptedException {
    rest.stop(0);
    grpc.shutdownNow().awaitTermination();
  }

  @Test
  void showsImageClassesAndHowToRepeatIt() throws IOException {
    assertTrue(run());
    String text = text();
    assertTrue(text.contains("█".repeat(16)), text);
    assertTrue(text.contains("it is a 2, recorded was 2: as recorded"), text);
    assertTrue(text.contains("90.00 %"), text);
    assertTrue(text.contains("same bits"), text);
    assertTrue(text.contains(":" + rest.getAddress().getPort() + "/v1/models/digits:predict"));
  }

  @Test
  void printsTheRequestItSent() throws IOException {
    run();
    String line = text().lines().filter(it -> it.startsWith("curl ")).findFirst().orElseThrow();
    String body = line.substring(line.indexOf('\'') + 1, line.lastIndexOf('\''));
    assertEquals(restRequest.get(), body);
    assertEquals(
        8,
        JsonParser.parseString(body)
            .getAsJsonObject()
            .getAsJsonArray("instances")
            .get(0)
            .getAsJsonArray()
            .size());
  }

  @Test
  void failsWhenRestAnswersSomethingElse() throws IOException {
    restAnswer.set("{\"predictions\":[{\"probabilities\":[0.0,0.2,0.8],\"class\":2}]}");
    assertFalse(run());
    assertTrue(text().contains("DIFFERENT"), text());
    assertTrue(text().contains("not the same bits"), text());
  }

  @Test
  void failsWhenGrpcAnswersSomethingElse() throws IOException {
    grpcProbability.set(0.91f);
    assertFalse(run());
  }

  @Test
  void failsInOneLineWhenTheServerRefuses() throws IOException {
    restAnswer.set("");
    assertFalse(run());
    assertTrue(text().startsWith("The demo failed: REST answered 503"), text());
  }

  @Test
  void failsInOneLineWithoutRecordedDigits() {
    assertFalse(demo(folder.resolve("absent.json")).run());
    assertTrue(text().startsWith("The demo failed: "), text());
  }

  private boolean run() throws IOException {
    return demo(Files.writeString(folder.resolve("golden.json"), GOLDEN)).run();
  }

  private DigitsDemo demo(Path golden) {
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    return new DigitsDemo(out, "localhost", rest.getAddress().getPort(), grpc.getPort(), golden);
  }

  private String text() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  private final class FixedPredictions extends PredictionServiceGrpc.PredictionServiceImplBase {
    @Override
    public void predict(PredictRequest request, StreamObserver<PredictResponse> observer) {
      PredictResponse.Builder response = PredictResponse.newBuilder();
      response.setModelSpec(
          ModelSpec.newBuilder().setVersion(com.google.protobuf.Int64Value.of(2)));
      response.putOutputs("class", TensorProto.newBuilder().addInt64Val(2).build());
      response.putOutputs(
          "probabilities",
          TensorProto.newBuilder()
              .addFloatVal(0)
              .addFloatVal(0.1f)
              .addFloatVal(grpcProbability.get())
              .build());
      observer.onNext(response.build());
      observer.onCompleted();
    }
  }
}
