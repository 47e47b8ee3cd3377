package dev.sluice.it;

import com.google.protobuf.Int64Value;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiPredicate;

/**
 * Clients that ask one model without pause over both protocols and judge every answer.
 *
 * <p>The model is half_plus_two: x/2 + c, where c tells which files answered.
 */
final class Hammer implements AutoCloseable {
  private static final float X = 10f;

  /** One answer: what came out, and between which two moments it was asked for. */
  record Observation(float y, long version, long begun, long ended) {}

  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong answers = new AtomicLong();
  private final AtomicReferenceArray<Thread> clients;
  private final ManagedChannel channel;
  private final BiPredicate<Observation, String> judge;
  private volatile boolean stopped;

  /** Starts the clients, half of them on each protocol. */
  Hammer(ServerProcess server, String model, int count, BiPredicate<Observation, String> judge) {
    this.judge = judge;
    this.channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
    this.clients = new AtomicReferenceArray<>(count);
    for (int i = 0; i < count; i++) {
      Runnable client = i % 2 == 0 ? () -> grpc(model) : () -> rest(model, server.restPort());
      clients.set(i, Thread.ofVirtual().name("client-" + i).start(client));
    }
  }

  long answers() {
    return answers.get();
  }

  List<String> failures() {
    return new ArrayList<>(failures);
  }

  private void grpc(String model) {
    PredictRequest.Builder request = PredictRequest.newBuilder();
    request.getModelSpecBuilder().setName(model);
    request.putInputs(
        "x",
        TensorProto.newBuilder()
            .setDtype(DataType.DT_FLOAT)
            .setTensorShape(
                TensorShapeProto.newBuilder().addDim(TensorShapeProto.Dim.newBuilder().setSize(1)))
            .addFloatVal(X)
            .build());
    var stub = PredictionServiceGrpc.newBlockingStub(channel);
    while (!stopped) {
      try {
        long begun = System.nanoTime();
        PredictResponse response = stub.predict(request.build());
        Int64Value version = response.getModelSpec().getVersion();
        see(
            new Observation(
                response.getOutputsOrThrow("y").getFloatVal(0),
                version.getValue(),
                begun,
                System.nanoTime()),
            "gRPC");
      } catch (RuntimeException e) {
        failures.add("gRPC: " + e);
        return;
      }
    }
  }

  /** A socket of its own: java.net.http retries by itself, which would hide a dropped request. */
  private void rest(String model, int port) {
    byte[] body = ("{\"instances\": [" + X + "]}").getBytes(StandardCharsets.US_ASCII);
    byte[] head =
        ("POST /v1/models/"
                + model
                + ":predict HTTP/1.1\r\nHost: x\r\nContent-Length: "
                + body.length
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setTcpNoDelay(true);
      OutputStream out = socket.getOutputStream();
      InputStream in = socket.getInputStream();
      while (!stopped) {
        long begun = System.nanoTime();
        byte[] request = new byte[head.length + body.length];
        System.arraycopy(head, 0, request, 0, head.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        out.write(request);
        String answer = readAnswer(in);
        if (!answer.startsWith("HTTP/1.1 200")) {
          failures.add("REST: " + answer);
          return;
        }
        String number = answer.substring(answer.indexOf('[') + 1, answer.lastIndexOf(']')).strip();
        see(new Observation(Float.parseFloat(number), -1, begun, System.nanoTime()), "REST");
      }
    } catch (Exception e) {
      failures.add("REST: " + e);
    }
  }

  private static String readAnswer(InputStream in) throws java.io.IOException {
    StringBuilder text = new StringBuilder();
    int headEnd = -1;
    int length = -1;
    byte[] chunk = new byte[4096];
    while (headEnd < 0 || text.length() < headEnd + 4 + length) {
      int count = in.read(chunk);
      if (count < 0) {
        throw new java.io.EOFException("connection closed after: " + text);
      }
      text.append(new String(chunk, 0, count, StandardCharsets.ISO_8859_1));
      if (headEnd < 0) {
        headEnd = text.indexOf("\r\n\r\n");
        if (headEnd >= 0) {
          int at = text.indexOf("Content-Length: ") + "Content-Length: ".length();
          length = Integer.parseInt(text.substring(at, text.indexOf("\r\n", at)));
        }
      }
    }
    return text.toString();
  }

  private void see(Observation observation, String protocol) {
    answers.incrementAndGet();
    if (!judge.test(observation, protocol)) {
      failures.add(protocol + ": wrong answer " + observation);
    }
  }

  @Override
  public void close() {
    stopped = true;
    try {
      for (int i = 0; i < clients.length(); i++) {
        clients.get(i).join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    channel.shutdownNow();
  }
}
