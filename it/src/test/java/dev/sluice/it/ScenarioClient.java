package dev.sluice.it;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.protobuf.TextFormat;
import dev.sluice.protos.serving.GetModelStatusRequest;
import dev.sluice.protos.serving.GetModelStatusResponse;
import dev.sluice.protos.serving.ModelServerConfig;
import dev.sluice.protos.serving.ModelServiceGrpc;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.ModelVersionStatus;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import dev.sluice.protos.serving.ReloadConfigRequest;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** Asks a server over gRPC and puts the answers in the form in which scenarios record them. */
final class ScenarioClient implements AutoCloseable {
  private final ManagedChannel channel;
  private final UnaryOperator<String> normalize;

  /**
   * Connects.
   *
   * @param normalize replaces what differs from machine to machine in texts
   */
  ScenarioClient(int port, UnaryOperator<String> normalize) {
    this.channel = ManagedChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    this.normalize = normalize;
  }

  /** Returns the states of the models, and which version answers a Predict without one. */
  JsonObject snapshot(Set<String> models) {
    JsonObject snapshot = new JsonObject();
    for (String model : models) {
      JsonObject seen = new JsonObject();
      // First the answer: a version leaves AVAILABLE only when another can be reached.
      JsonObject latest = predict(ModelSpec.newBuilder().setName(model).build());
      statusInto(seen, model);
      seen.add("latest", latest);
      snapshot.add(model, seen);
    }
    return snapshot;
  }

  private void statusInto(JsonObject seen, String model) {
    try {
      GetModelStatusResponse response =
          ModelServiceGrpc.newBlockingStub(channel)
              .getModelStatus(
                  GetModelStatusRequest.newBuilder()
                      .setModelSpec(ModelSpec.newBuilder().setName(model))
                      .build());
      JsonArray versions = new JsonArray();
      for (ModelVersionStatus status : response.getModelVersionStatusList()) {
        JsonObject version = new JsonObject();
        version.addProperty("version", status.getVersion());
        version.addProperty("state", status.getState().name());
        version.addProperty("error_code", status.getStatus().getErrorCode().name());
        version.addProperty("error_message", normalize.apply(status.getStatus().getErrorMessage()));
        versions.add(version);
      }
      seen.add("status", versions);
    } catch (StatusRuntimeException e) {
      seen.add("status", error(e));
    }
  }

  /** Returns code and message, or code and version, of a Predict with two floats as x. */
  JsonObject predict(ModelSpec spec) {
    PredictRequest request =
        PredictRequest.newBuilder()
            .setModelSpec(spec)
            .putInputs(
                "x",
                TensorProto.newBuilder()
                    .setDtype(DataType.DT_FLOAT)
                    .setTensorShape(
                        TensorShapeProto.newBuilder()
                            .addDim(TensorShapeProto.Dim.newBuilder().setSize(2)))
                    .addFloatVal(1)
                    .addFloatVal(2)
                    .build())
            .build();
    try {
      PredictResponse response = PredictionServiceGrpc.newBlockingStub(channel).predict(request);
      JsonObject answer = new JsonObject();
      answer.addProperty("code", "OK");
      answer.addProperty("version", response.getModelSpec().getVersion().getValue());
      return answer;
    } catch (StatusRuntimeException e) {
      return error(e);
    }
  }

  /** Begins a Predict that takes so long. */
  Future<PredictResponse> sleep(String model, long millis) {
    return sleep(model, millis, Duration.ofMinutes(1));
  }

  /** Begins a Predict that takes so long, and that is wanted no longer than the deadline. */
  Future<PredictResponse> sleep(String model, long millis, Duration deadline) {
    return PredictionServiceGrpc.newFutureStub(channel)
        .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS)
        .predict(sleepRequest(model, millis));
  }

  /** Returns a request that takes so long. */
  static PredictRequest sleepRequest(String model, long millis) {
    return PredictRequest.newBuilder()
        .setModelSpec(ModelSpec.newBuilder().setName(model).setSignatureName("sleep"))
        .putInputs(
            "millis",
            TensorProto.newBuilder()
                .setDtype(DataType.DT_INT64)
                .setTensorShape(TensorShapeProto.getDefaultInstance())
                .addInt64Val(millis)
                .build())
        .build();
  }

  /** Returns code, message and the response's text of a reload. */
  JsonObject reload(JsonObject action, Duration deadline, UnaryOperator<String> expand)
      throws TextFormat.ParseException {
    ReloadConfigRequest.Builder request = ReloadConfigRequest.newBuilder();
    if (!(action.get("HandleReloadConfigRequest") instanceof JsonNull)) {
      request.setConfig(
          TextFormat.parse(
              expand.apply(action.get("HandleReloadConfigRequest").getAsString()),
              ModelServerConfig.class));
    }
    action
        .getAsJsonArray("metric_names")
        .forEach(name -> request.addMetricNames(name.getAsString()));
    try {
      var response =
          ModelServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS)
              .handleReloadConfigRequest(request.build());
      JsonObject answer = new JsonObject();
      answer.addProperty("code", "OK");
      answer.addProperty("message", "");
      answer.addProperty("response", TextFormat.printer().printToString(response));
      return answer;
    } catch (StatusRuntimeException e) {
      return error(e);
    }
  }

  private JsonObject error(StatusRuntimeException failure) {
    Status status = failure.getStatus();
    String text = status.getDescription();
    JsonObject error = new JsonObject();
    error.addProperty("code", status.getCode().name());
    error.addProperty(
        "message",
        status.getCode() == Status.Code.DEADLINE_EXCEEDED
            ? "(client deadline)"
            : normalize.apply(text == null ? "" : text));
    return error;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
