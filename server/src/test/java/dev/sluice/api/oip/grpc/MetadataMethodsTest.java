package dev.sluice.api.oip.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.protos.inference.CudaSharedMemoryStatusRequest;
import dev.sluice.protos.inference.GRPCInferenceServiceGrpc;
import dev.sluice.protos.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.sluice.protos.inference.LogSettingsRequest;
import dev.sluice.protos.inference.ModelConfigRequest;
import dev.sluice.protos.inference.ModelMetadataRequest;
import dev.sluice.protos.inference.ModelMetadataResponse;
import dev.sluice.protos.inference.ModelReadyRequest;
import dev.sluice.protos.inference.ModelRepositoryParameter;
import dev.sluice.protos.inference.ModelStatisticsRequest;
import dev.sluice.protos.inference.RepositoryIndexRequest;
import dev.sluice.protos.inference.RepositoryModelLoadRequest;
import dev.sluice.protos.inference.RepositoryModelUnloadRequest;
import dev.sluice.protos.inference.ServerMetadataRequest;
import dev.sluice.tensor.DataType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What the server tells of itself and its models, and what it is told to do with them. */
final class MetadataMethodsTest {
  @TempDir Path sharedMemory;
  private InferServer server;
  private GRPCInferenceServiceBlockingStub client;

  @BeforeEach
  void start() throws IOException {
    server = new InferServer(sharedMemory);
    server.add("m", 3, "x", DataType.FLOAT, "z", DataType.COMPLEX64);
    client = GRPCInferenceServiceGrpc.newBlockingStub(server.channel);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static String refused(Status.Code code, Executable call) {
    StatusRuntimeException refusal = assertThrows(StatusRuntimeException.class, call);
    assertEquals(code, refusal.getStatus().getCode(), refusal.getMessage());
    return String.valueOf(refusal.getStatus().getDescription());
  }

  private boolean isReady(String model, String version) {
    return client
        .modelReady(ModelReadyRequest.newBuilder().setName(model).setVersion(version).build())
        .getReady();
  }

  @Test
  void readyIsWhatCanBeUsed() {
    assertTrue(isReady("m", ""));
    assertTrue(isReady("m", "3"));
    assertFalse(isReady("m", "4"));
    assertFalse(isReady("none", ""));
    refused(Status.Code.INVALID_ARGUMENT, () -> isReady("m", "three"));
    refused(Status.Code.INVALID_ARGUMENT, () -> isReady("", ""));
  }

  @Test
  void metadataIsThatOfTheDefaultSignature() {
    ModelMetadataResponse model =
        client.modelMetadata(ModelMetadataRequest.newBuilder().setName("m").build());
    assertEquals(List.of("3"), model.getVersionsList());
    assertEquals("x", model.getInputs(0).getName());
    assertEquals("FP32", model.getInputs(0).getDatatype());
    assertEquals(List.of(-1L), model.getInputs(0).getShapeList());
    assertEquals("COMPLEX64", model.getOutputs(1).getDatatype());
    var config =
        client.modelConfig(ModelConfigRequest.newBuilder().setName("m").build()).getConfig();
    assertEquals("TYPE_FP32", config.getInput(0).getDataType().name());
    assertEquals("TYPE_INVALID", config.getInput(1).getDataType().name());
    refused(
        Status.Code.NOT_FOUND,
        () -> client.modelMetadata(ModelMetadataRequest.newBuilder().setName("none").build()));
  }

  @Test
  void theServersNameAndVersionAreTold() {
    var metadata = client.serverMetadata(ServerMetadataRequest.getDefaultInstance());
    assertEquals("sluice", metadata.getName());
    assertEquals("1.2.3", metadata.getVersion());
  }

  @Test
  void theIndexListsVersionsWithTheirStates() {
    var model = client.repositoryIndex(RepositoryIndexRequest.getDefaultInstance()).getModels(0);
    assertEquals("m", model.getName());
    assertEquals("3", model.getVersion());
    assertEquals("READY", model.getState());
    assertEquals("", model.getReason());
  }

  @Test
  void modelsAreLoadedAndUnloadedByName() {
    var _ =
        client.repositoryModelUnload(
            RepositoryModelUnloadRequest.newBuilder()
                .setModelName("m")
                .putParameters(
                    "unload_dependents",
                    ModelRepositoryParameter.newBuilder().setBoolParam(true).build())
                .build());
    var _ =
        client.repositoryModelLoad(
            RepositoryModelLoadRequest.newBuilder().setModelName("m").build());
    assertEquals(List.of("unload m", "load m"), server.control.asked);
    refused(
        Status.Code.UNIMPLEMENTED,
        () ->
            client.repositoryModelLoad(
                RepositoryModelLoadRequest.newBuilder()
                    .setModelName("m")
                    .putParameters("config", ModelRepositoryParameter.getDefaultInstance())
                    .build()));
    refused(
        Status.Code.INVALID_ARGUMENT,
        () -> client.repositoryModelLoad(RepositoryModelLoadRequest.getDefaultInstance()));
    assertEquals(2, server.control.asked.size());
  }

  @Test
  void whatIsMissingSaysWhy() {
    assertTrue(
        refused(
                Status.Code.UNIMPLEMENTED,
                () ->
                    client.cudaSharedMemoryStatus(
                        CudaSharedMemoryStatusRequest.getDefaultInstance()))
            .contains("SystemSharedMemoryRegister"));
    refused(
        Status.Code.UNIMPLEMENTED,
        () -> client.logSettings(LogSettingsRequest.getDefaultInstance()));
    refused(
        Status.Code.NOT_FOUND,
        () -> client.modelStatistics(ModelStatisticsRequest.newBuilder().setName("none").build()));
  }
}
