package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.sluice.protos.inference.GRPCInferenceServiceGrpc;
import dev.sluice.protos.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.sluice.protos.inference.InferParameter;
import dev.sluice.protos.inference.InferTensorContents;
import dev.sluice.protos.inference.ModelConfigRequest;
import dev.sluice.protos.inference.ModelInferRequest;
import dev.sluice.protos.inference.ModelInferRequest.InferInputTensor;
import dev.sluice.protos.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.sluice.protos.inference.ModelInferResponse;
import dev.sluice.protos.inference.ModelMetadataRequest;
import dev.sluice.protos.inference.ModelMetadataResponse;
import dev.sluice.protos.inference.ModelReadyRequest;
import dev.sluice.protos.inference.ModelStatistics;
import dev.sluice.protos.inference.ModelStatisticsRequest;
import dev.sluice.protos.inference.RepositoryIndexRequest;
import dev.sluice.protos.inference.RepositoryModelLoadRequest;
import dev.sluice.protos.inference.RepositoryModelUnloadRequest;
import dev.sluice.protos.inference.ServerLiveRequest;
import dev.sluice.protos.inference.ServerMetadataRequest;
import dev.sluice.protos.inference.ServerReadyRequest;
import dev.sluice.protos.inference.SystemSharedMemoryRegisterRequest;
import dev.sluice.protos.inference.TraceSettingRequest;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The Open Inference Protocol over gRPC, on the port of the other services. */
@Timeout(600)
class OpenInferenceTest {
  /** A model that is taken away and brought back. */
  private static final String COMING = "half_plus_two_tf2";

  private static ServerProcess server;
  private static ManagedChannel channel;
  private static GRPCInferenceServiceBlockingStub client;

  @BeforeAll
  static void start(@TempDir Path scratch) throws Exception {
    StringBuilder models = new StringBuilder("model_config_list {\n");
    for (String name : List.of("half_plus_two", "recommender", "digits", "dtypes", COMING)) {
      models.append(
          "config { name: '%s' base_path: '%s' model_platform: 'tensorflow' model_version_policy { all {} } }\n"
              .formatted(name, Models.path(name)));
    }
    Path config = Files.writeString(scratch.resolve("models.config"), models.append("}"));
    server = ServerProcess.serve("--model_config_file=" + config);
    channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
    client = GRPCInferenceServiceGrpc.newBlockingStub(channel);
  }

  @AfterAll
  static void stopWithNothingLeft() throws Exception {
    try {
      channel.shutdownNow();
      server.terminate();
      assertEquals(0, server.exitCode());
      assertTrue(
          server.log().stream()
              .anyMatch(line -> line.contains("0 requests left, 0 versions left, 0 tensors left;")),
          () -> String.join("\n", server.log()));
    } finally {
      server.close();
    }
  }

  private static ByteString floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return ByteString.copyFrom(bytes.array());
  }

  private static InferInputTensor.Builder input(String name, String datatype, Long... shape) {
    return InferInputTensor.newBuilder()
        .setName(name)
        .setDatatype(datatype)
        .addAllShape(Arrays.asList(shape));
  }

  private static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }

  private static InferParameter number(long value) {
    return InferParameter.newBuilder().setInt64Param(value).build();
  }

  private static ModelInferRequest.Builder halfPlusTwo(float... x) {
    return ModelInferRequest.newBuilder()
        .setModelName("half_plus_two")
        .addInputs(input("x", "FP32", (long) x.length))
        .addRawInputContents(floats(x));
  }

  @Test
  void theServerTellsOfItself() {
    assertTrue(client.serverLive(ServerLiveRequest.getDefaultInstance()).getLive());
    assertTrue(client.serverReady(ServerReadyRequest.getDefaultInstance()).getReady());
    var metadata = client.serverMetadata(ServerMetadataRequest.getDefaultInstance());
    assertEquals("sluice", metadata.getName());
    assertTrue(metadata.getExtensionsList().contains("system_shared_memory"));
    StatusRuntimeException none =
        assertThrows(
            StatusRuntimeException.class,
            () -> client.traceSetting(TraceSettingRequest.getDefaultInstance()));
    assertEquals(Status.Code.UNIMPLEMENTED, none.getStatus().getCode());
    assertEquals(
        "What this server traces cannot be changed while it runs",
        none.getStatus().getDescription());
  }

  @Test
  void modelsTellWhatTheyTake() {
    ModelMetadataResponse model =
        client.modelMetadata(ModelMetadataRequest.newBuilder().setName("half_plus_two").build());
    assertEquals(List.of("1", "2"), model.getVersionsList());
    assertEquals("tensorflow_savedmodel", model.getPlatform());
    assertEquals("x", model.getInputs(0).getName());
    assertEquals("FP32", model.getInputs(0).getDatatype());
    assertEquals(-1, model.getInputs(0).getShape(0));
    var config =
        client
            .modelConfig(ModelConfigRequest.newBuilder().setName("recommender").build())
            .getConfig();
    assertEquals("tensorflow", config.getBackend());
    assertEquals(
        "TYPE_STRING",
        config.getInputList().stream()
            .filter(input -> input.getName().equals("country"))
            .findFirst()
            .orElseThrow()
            .getDataType()
            .name());
  }

  @Test
  void versionsAreChosenByText() {
    assertEquals(
        floats(2.5f, 3, 4.5f),
        client
            .modelInfer(halfPlusTwo(1, 2, 5).setModelVersion("1").build())
            .getRawOutputContents(0));
    assertEquals("2", client.modelInfer(halfPlusTwo(1).build()).getModelVersion());
    assertEquals(
        Status.Code.NOT_FOUND,
        assertThrows(
                StatusRuntimeException.class,
                () -> client.modelInfer(halfPlusTwo(1).setModelVersion("9").build()))
            .getStatus()
            .getCode());
  }

  @Test
  void stringsGoInByEitherForm() {
    InferTensorContents items =
        InferTensorContents.newBuilder()
            .addAllInt64Contents(List.of(1L, 7L, 123L, 499L, 0L, 10L, 20L, 30L))
            .build();
    ModelInferResponse answer =
        client.modelInfer(
            ModelInferRequest.newBuilder()
                .setModelName("recommender")
                .setId("rank")
                .addInputs(input("item_ids", "INT64", 2L, 4L).setContents(items))
                .addInputs(
                    input("user_id", "INT64", 2L)
                        .setContents(
                            InferTensorContents.newBuilder()
                                .addInt64Contents(3)
                                .addInt64Contents(42)))
                .addInputs(input("country", "BYTES", 2L).setContents(strings("DE", "JP")))
                .addInputs(input("device", "BYTES", 2L).setContents(strings("phone", "tv")))
                .addOutputs(InferRequestedOutputTensor.newBuilder().setName("scores"))
                .build());
    assertEquals("rank", answer.getId());
    List<Float> scores = answer.getOutputs(0).getContents().getFp32ContentsList();
    assertEquals(List.of(2L, 4L), answer.getOutputs(0).getShapeList());
    assertEquals(0.47707254f, scores.get(0), 1e-4f);
    assertEquals(0.3025461f, scores.get(7), 1e-4f);
  }

  private static InferTensorContents strings(String... values) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (String value : values) {
      contents.addBytesContents(ByteString.copyFromUtf8(value));
    }
    return contents.build();
  }

  @Test
  void aParameterSelectsASignature() {
    byte[] halves = {0, 0x3e, (byte) 0x80, (byte) 0xc0};
    ModelInferResponse answer =
        client.modelInfer(
            ModelInferRequest.newBuilder()
                .setModelName("dtypes")
                .putParameters("signature_name", text("identity_float16"))
                .addInputs(input("x", "FP16", 2L))
                .addRawInputContents(ByteString.copyFrom(halves))
                .build());
    assertEquals("FP16", answer.getOutputs(0).getDatatype());
    assertArrayEquals(halves, answer.getRawOutputContents(0).toByteArray());
  }

  @Test
  void classesAreAnsweredAsText() {
    ModelInferResponse answer =
        client.modelInfer(
            ModelInferRequest.newBuilder()
                .setModelName("digits")
                .addInputs(input("images", "FP32", 2L, 8L, 8L, 1L))
                .addRawInputContents(floats(new float[128]))
                .addOutputs(
                    InferRequestedOutputTensor.newBuilder()
                        .setName("probabilities")
                        .putParameters("classification", number(3)))
                .build());
    assertEquals("BYTES", answer.getOutputs(0).getDatatype());
    assertEquals(List.of(2L, 3L), answer.getOutputs(0).getShapeList());
    assertTrue(
        answer.getRawOutputContents(0).substring(4).toStringUtf8().matches("(?s)0\\.\\d{6}:\\d.*"));
  }

  @Test
  void tensorsMayLieInSharedMemory() throws Exception {
    Path memory = Files.createTempFile(Path.of("/dev/shm"), "sluice-test-", "");
    try {
      Files.write(memory, Arrays.copyOf(floats(1, 2).toByteArray(), 64));
      var _ =
          client.systemSharedMemoryRegister(
              SystemSharedMemoryRegisterRequest.newBuilder()
                  .setName("tensors")
                  .setKey("/" + memory.getFileName())
                  .setByteSize(64)
                  .build());
      var _ =
          client.modelInfer(
              ModelInferRequest.newBuilder()
                  .setModelName("half_plus_two")
                  .addInputs(
                      input("x", "FP32", 2L)
                          .putParameters("shared_memory_region", text("tensors"))
                          .putParameters("shared_memory_byte_size", number(8)))
                  .addOutputs(
                      InferRequestedOutputTensor.newBuilder()
                          .setName("y")
                          .putParameters("shared_memory_region", text("tensors"))
                          .putParameters("shared_memory_offset", number(32))
                          .putParameters("shared_memory_byte_size", number(8)))
                  .build());
      byte[] bytes = Arrays.copyOfRange(Files.readAllBytes(memory), 32, 40);
      ModelInferResponse direct = client.modelInfer(halfPlusTwo(1, 2).build());
      assertArrayEquals(direct.getRawOutputContents(0).toByteArray(), bytes);
    } finally {
      Files.delete(memory);
    }
  }

  @Test
  void modelsComeAndGo() {
    ModelReadyRequest ready = ModelReadyRequest.newBuilder().setName(COMING).build();
    assertTrue(client.modelReady(ready).getReady());
    var _ =
        client.repositoryModelUnload(
            RepositoryModelUnloadRequest.newBuilder().setModelName(COMING).build());
    assertFalse(client.modelReady(ready).getReady());
    assertFalse(index(true).contains(COMING + " READY"));
    var _ =
        client.repositoryModelLoad(
            RepositoryModelLoadRequest.newBuilder().setModelName(COMING).build());
    assertTrue(client.modelReady(ready).getReady());
    assertTrue(index(true).contains(COMING + " READY"));
    assertEquals(
        Status.Code.NOT_FOUND,
        assertThrows(
                StatusRuntimeException.class,
                () ->
                    client.repositoryModelLoad(
                        RepositoryModelLoadRequest.newBuilder().setModelName("none").build()))
            .getStatus()
            .getCode());
  }

  private static List<String> index(boolean ready) {
    return client
        .repositoryIndex(RepositoryIndexRequest.newBuilder().setReady(ready).build())
        .getModelsList()
        .stream()
        .map(model -> model.getName() + " " + model.getState())
        .toList();
  }

  @Test
  void statisticsCountWhatWasAsked() {
    ModelStatistics before = statistics();
    for (int i = 0; i < 5; i++) {
      var _ = client.modelInfer(halfPlusTwo(1, 2, 3).setModelVersion("1").build());
    }
    ModelStatistics after = statistics();
    assertEquals(15, after.getInferenceCount() - before.getInferenceCount());
    assertEquals(5, after.getExecutionCount() - before.getExecutionCount());
    assertEquals(
        5,
        after.getInferenceStats().getSuccess().getCount()
            - before.getInferenceStats().getSuccess().getCount());
    assertTrue(after.getInferenceStats().getComputeInfer().getNs() > 0);
    assertTrue(after.getLastInference() > 0);
    assertTrue(after.getBatchStatsList().stream().anyMatch(batch -> batch.getBatchSize() == 3));
  }

  private static ModelStatistics statistics() {
    return client
        .modelStatistics(
            ModelStatisticsRequest.newBuilder().setName("half_plus_two").setVersion("1").build())
        .getModelStats(0);
  }
}
