package dev.sluice.api.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import com.google.protobuf.Int64Value;
import dev.sluice.lifecycle.Health;
import dev.sluice.lifecycle.VersionState;
import dev.sluice.lifecycle.VersionStatus;
import dev.sluice.protos.serving.GetModelMetadataRequest;
import dev.sluice.protos.serving.GetModelMetadataResponse;
import dev.sluice.protos.serving.GetModelStatusRequest;
import dev.sluice.protos.serving.GetModelStatusResponse;
import dev.sluice.protos.serving.ModelServiceGrpc;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.ModelVersionStatus;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import dev.sluice.protos.serving.SignatureDefMap;
import dev.sluice.protos.serving.StatusProto;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.protos.tensorflow.TensorInfo;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

final class MetadataAndStatusTest {
  private static List<VersionStatus> statuses(String model) {
    return model.equals("known")
        ? List.of(
            status(1, VersionState.END, new Health(Code.INTERNAL, "broken")),
            status(3, VersionState.AVAILABLE, Health.OK),
            status(2, VersionState.LOADING, Health.OK))
        : List.of();
  }

  private static VersionStatus status(long version, VersionState state, Health health) {
    return new VersionStatus(new ServableId("known", version), state, health, health);
  }

  private static TestServer server() throws IOException {
    return new TestServer(Runnable::run, PredictOptions.DEFAULTS, MetadataAndStatusTest::statuses);
  }

  private static GetModelMetadataResponse metadata(
      TestServer server, ModelSpec.Builder spec, String... fields) {
    return PredictionServiceGrpc.newBlockingStub(server.channel)
        .getModelMetadata(
            GetModelMetadataRequest.newBuilder()
                .setModelSpec(spec)
                .addAllMetadataField(List.of(fields))
                .build());
  }

  private static GetModelStatusResponse status(TestServer server, ModelSpec.Builder spec) {
    return ModelServiceGrpc.newBlockingStub(server.channel)
        .getModelStatus(GetModelStatusRequest.newBuilder().setModelSpec(spec).build());
  }

  @Test
  void metadataIsTheModelsOwnBytes() throws IOException {
    try (TestServer server = server()) {
      FakeServable servable = Models.identity(server.memory);
      servable.metadata("signature_def", "verbatim".getBytes(StandardCharsets.UTF_8));
      server.models.add("m", 4, servable);
      GetModelMetadataResponse response =
          metadata(server, ModelSpec.newBuilder().setName("m"), "signature_def");
      assertEquals(
          ModelSpec.newBuilder().setName("m").setVersion(Int64Value.of(4)).build(),
          response.getModelSpec());
      assertEquals(
          "type.googleapis.com/tensorflow.serving.SignatureDefMap",
          response.getMetadataOrThrow("signature_def").getTypeUrl());
      assertEquals(
          ByteString.copyFromUtf8("verbatim"),
          response.getMetadataOrThrow("signature_def").getValue());
    }
  }

  @Test
  void metadataIsBuiltForModelsThatBringNone() throws IOException {
    try (TestServer server = server();
        Tensor five =
            new NativeTensors()
                .allocate(dev.sluice.tensor.DataType.FLOAT, Shape.scalar(), Float.BYTES)) {
      five.data().set(ValueLayout.JAVA_FLOAT, 0, 5f);
      server.models.add("m", 4, Models.identity(server.memory, Map.of("x", five)));
      SignatureDefMap map =
          metadata(server, ModelSpec.newBuilder().setName("m"), "signature_def")
              .getMetadataOrThrow("signature_def")
              .unpack(SignatureDefMap.class);
      assertEquals(
          SignatureDefMap.newBuilder()
              .putSignatureDef(
                  "serving_default",
                  SignatureDef.newBuilder()
                      .setMethodName("tensorflow/serving/predict")
                      .putInputs("x", info("x:0"))
                      .putOutputs("y", info("y:0"))
                      .putDefaults(
                          "x",
                          TensorProto.newBuilder()
                              .setDtype(DataType.DT_FLOAT)
                              .setTensorShape(TensorShapeProto.getDefaultInstance())
                              .addFloatVal(5f)
                              .build())
                      .build())
              .build(),
          map);
    }
  }

  private static TensorInfo info(String name) {
    return TensorInfo.newBuilder()
        .setName(name)
        .setDtype(DataType.DT_FLOAT)
        .setTensorShape(
            TensorShapeProto.newBuilder().addDim(TensorShapeProto.Dim.newBuilder().setSize(-1)))
        .build();
  }

  @Test
  void metadataFieldsAreCheckedBeforeTheModel() throws IOException {
    try (TestServer server = server()) {
      ModelSpec.Builder nobody = ModelSpec.newBuilder().setName("nobody");
      assertFails(
          Status.Code.INVALID_ARGUMENT,
          "GetModelMetadataRequest must specify at least one metadata_field",
          () -> metadata(server, nobody));
      assertFails(
          Status.Code.INVALID_ARGUMENT,
          "Metadata field x is not supported",
          () -> metadata(server, nobody, "signature_def", "x"));
      assertFails(
          Status.Code.NOT_FOUND,
          "Servable not found for request: Latest(nobody)",
          () -> metadata(server, nobody, "signature_def"));
      assertFails(
          Status.Code.INVALID_ARGUMENT,
          "Missing ModelSpec",
          () ->
              PredictionServiceGrpc.newBlockingStub(server.channel)
                  .getModelMetadata(GetModelMetadataRequest.getDefaultInstance()));
    }
  }

  @Test
  void statusesComeHighestVersionFirst() throws IOException {
    try (TestServer server = server()) {
      assertEquals(
          GetModelStatusResponse.newBuilder()
              .addModelVersionStatus(
                  ModelVersionStatus.newBuilder()
                      .setVersion(3)
                      .setState(ModelVersionStatus.State.AVAILABLE)
                      .setStatus(StatusProto.getDefaultInstance()))
              .addModelVersionStatus(
                  ModelVersionStatus.newBuilder()
                      .setVersion(2)
                      .setState(ModelVersionStatus.State.LOADING)
                      .setStatus(StatusProto.getDefaultInstance()))
              .addModelVersionStatus(broken())
              .build(),
          status(server, ModelSpec.newBuilder().setName("known").setVersionLabel("ignored")));
    }
  }

  private static ModelVersionStatus broken() {
    return ModelVersionStatus.newBuilder()
        .setVersion(1)
        .setState(ModelVersionStatus.State.END)
        .setStatus(
            StatusProto.newBuilder()
                .setErrorCode(dev.sluice.protos.tensorflow.error.Code.INTERNAL)
                .setErrorMessage("broken"))
        .build();
  }

  @Test
  void oneVersionCanBeAskedFor() throws IOException {
    try (TestServer server = server()) {
      assertEquals(
          GetModelStatusResponse.newBuilder().addModelVersionStatus(broken()).build(),
          status(server, ModelSpec.newBuilder().setName("known").setVersion(Int64Value.of(1))));
    }
  }

  @Test
  void unknownVersionsAreNotFound() throws IOException {
    try (TestServer server = server()) {
      assertFails(
          Status.Code.NOT_FOUND,
          "Could not find version 9 of model known",
          () ->
              status(server, ModelSpec.newBuilder().setName("known").setVersion(Int64Value.of(9))));
      assertFails(
          Status.Code.NOT_FOUND,
          "Could not find any versions of model ",
          () -> status(server, ModelSpec.newBuilder()));
      assertFails(
          Status.Code.INVALID_ARGUMENT,
          "Missing ModelSpec",
          () ->
              ModelServiceGrpc.newBlockingStub(server.channel)
                  .getModelStatus(GetModelStatusRequest.getDefaultInstance()));
    }
  }

  @Test
  void whatIsNoMessageIsInternalWithoutText() throws IOException {
    try (TestServer server = server()) {
      StatusRuntimeException thrown =
          assertThrows(
              StatusRuntimeException.class,
              () ->
                  RawCalls.call(
                      server.channel,
                      "tensorflow.serving.ModelService/GetModelStatus",
                      new byte[] {-1, -1}));
      assertEquals(Status.Code.INTERNAL, thrown.getStatus().getCode());
      assertNull(thrown.getStatus().getDescription());
    }
  }

  @Test
  void messagesLargerThanAnyConfigurationAreRefused() throws IOException {
    try (TestServer server = server()) {
      assertFails(
          Status.Code.RESOURCE_EXHAUSTED,
          "A message of 67108865 bytes; this method accepts at most 67108864",
          () ->
              RawCalls.call(
                  server.channel,
                  "tensorflow.serving.ModelService/GetModelStatus",
                  new byte[(64 << 20) + 1]));
    }
  }

  private static void assertFails(Status.Code code, String text, Executable call) {
    Status status = assertThrows(StatusRuntimeException.class, call).getStatus();
    assertEquals(code, status.getCode());
    assertEquals(text, status.getDescription());
  }
}
