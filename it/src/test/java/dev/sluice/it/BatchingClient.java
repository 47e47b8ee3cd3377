package dev.sluice.it;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Sends the requests of batching scenarios, each on a connection of its own. */
final class BatchingClient implements AutoCloseable {
  private static final long APART_MILLIS = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ServerProcess server;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ScheduledExecutorService pacer = Executors.newSingleThreadScheduledExecutor();

  BatchingClient(ServerProcess server) {
    this.server = server;
  }

  /** Opens so many connections, so that requests sent later come at once. */
  void connect(int connections) throws Exception {
    JsonObject probe = new JsonObject();
    probe.addProperty("model", "batch_probe");
    probe.addProperty("signature", "no such signature");
    probe.add("inputs", new JsonObject());
    List<CompletableFuture<JsonObject>> answers = new ArrayList<>();
    while (channels.size() < connections) {
      channels.add(
          ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort())
              .usePlaintext()
              .directExecutor()
              .build());
      answers.add(grpc(channels.getLast(), probe));
    }
    for (CompletableFuture<JsonObject> answer : answers) {
      answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  /** Sends all requests and returns their answers, in the form in which they are recorded. */
  JsonArray send(BatchingScenario scenario) throws Exception {
    connect(scenario.requests().size());
    List<CompletableFuture<JsonObject>> answers = new ArrayList<>();
    for (int i = 0; i < scenario.requests().size(); i++) {
      JsonObject request = scenario.requests().get(i);
      ManagedChannel channel = channels.get(i);
      answers.add(
          scenario.apart() ? later(i * APART_MILLIS, channel, request) : send(channel, request));
    }
    JsonArray results = new JsonArray();
    for (int i = 0; i < answers.size(); i++) {
      JsonObject result = new JsonObject();
      result.add("request", scenario.requests().get(i).get("name"));
      JsonObject answer = answers.get(i).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      answer.asMap().forEach(result::add);
      results.add(result);
    }
    return results;
  }

  /** Sends a request after some time, which is part of what was recorded. */
  private CompletableFuture<JsonObject> later(
      long millis, ManagedChannel channel, JsonObject request) {
    CompletableFuture<JsonObject> answer = new CompletableFuture<>();
    var _ =
        pacer.schedule(
            () -> send(channel, request).thenAccept(answer::complete),
            millis,
            TimeUnit.MILLISECONDS);
    return answer;
  }

  private CompletableFuture<JsonObject> send(ManagedChannel channel, JsonObject request) {
    return request.has("rest_path") ? rest(request) : grpc(channel, request);
  }

  private CompletableFuture<JsonObject> rest(JsonObject request) {
    URI uri =
        URI.create(
            "http://127.0.0.1:" + server.restPort() + request.get("rest_path").getAsString());
    return http.sendAsync(
            HttpRequest.newBuilder(uri)
                .timeout(PATIENCE)
                .POST(HttpRequest.BodyPublishers.ofString(request.get("rest_body").getAsString()))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .thenApply(
            response -> {
              JsonObject answer = new JsonObject();
              answer.addProperty("status", response.statusCode());
              answer.add("body", JsonParser.parseString(response.body()));
              return answer;
            });
  }

  private static CompletableFuture<JsonObject> grpc(ManagedChannel channel, JsonObject request) {
    CompletableFuture<JsonObject> answer = new CompletableFuture<>();
    PredictionServiceGrpc.PredictionServiceStub stub = PredictionServiceGrpc.newStub(channel);
    if (request.has("deadline")) {
      stub =
          stub.withDeadlineAfter(
              (long) (request.get("deadline").getAsDouble() * 1000), TimeUnit.MILLISECONDS);
    }
    stub.predict(
        predict(request),
        new StreamObserver<>() {
          @Override
          public void onNext(PredictResponse response) {
            answer.complete(outputs(response));
          }

          @Override
          public void onError(Throwable failure) {
            answer.complete(error(Status.fromThrowable(failure)));
          }

          @Override
          public void onCompleted() {}
        });
    return answer;
  }

  private static PredictRequest predict(JsonObject request) {
    PredictRequest.Builder predict =
        PredictRequest.newBuilder()
            .setModelSpec(
                ModelSpec.newBuilder()
                    .setName(request.get("model").getAsString())
                    .setSignatureName(request.get("signature").getAsString()));
    double value = request.has("every_element") ? request.get("every_element").getAsDouble() : 1;
    request
        .getAsJsonObject("inputs")
        .asMap()
        .forEach((name, input) -> predict.putInputs(name, tensor(input.getAsJsonObject(), value)));
    if (request.has("filter")) {
      request.getAsJsonArray("filter").forEach(name -> predict.addOutputFilter(name.getAsString()));
    }
    return predict.build();
  }

  private static TensorProto tensor(JsonObject input, double value) {
    DataType dtype = DataType.valueOf(input.get("dtype").getAsString());
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    int elements = 1;
    for (JsonElement dim : input.getAsJsonArray("shape")) {
      shape.addDimBuilder().setSize(dim.getAsLong());
      elements *= dim.getAsInt();
    }
    TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(dtype).setTensorShape(shape);
    for (int i = 0; i < elements; i++) {
      switch (dtype) {
        case DT_FLOAT -> tensor.addFloatVal((float) value);
        case DT_STRING -> tensor.addStringVal(ByteString.copyFromUtf8("text"));
        default -> throw new IllegalArgumentException("no scenario has " + dtype);
      }
    }
    return tensor.build();
  }

  private static JsonObject error(Status status) {
    JsonObject answer = new JsonObject();
    answer.addProperty("code", status.getCode().name());
    String text = status.getDescription();
    answer.addProperty(
        "message", status.getCode() == Status.Code.DEADLINE_EXCEEDED ? "(client deadline)" : text);
    return answer;
  }

  private static JsonObject outputs(PredictResponse response) {
    JsonObject outputs = new JsonObject();
    response
        .getOutputsMap()
        .forEach(
            (name, tensor) -> {
              JsonArray shape = new JsonArray();
              tensor.getTensorShape().getDimList().forEach(dim -> shape.add(dim.getSize()));
              JsonArray values = new JsonArray();
              tensor.getFloatValList().forEach(values::add);
              tensor.getIntValList().forEach(values::add);
              tensor.getInt64ValList().forEach(values::add);
              JsonObject output = new JsonObject();
              output.add("shape", shape);
              output.add("values", values);
              outputs.add(name, output);
            });
    JsonObject answer = new JsonObject();
    answer.addProperty("code", "OK");
    answer.add("outputs", outputs);
    return answer;
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    pacer.shutdownNow();
    http.close();
  }
}
