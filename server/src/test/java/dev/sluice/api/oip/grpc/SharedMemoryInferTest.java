package dev.sluice.api.oip.grpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.sluice.api.oip.Datatype;
import dev.sluice.protos.inference.GRPCInferenceServiceGrpc;
import dev.sluice.protos.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.sluice.protos.inference.InferParameter;
import dev.sluice.protos.inference.ModelInferRequest;
import dev.sluice.protos.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.sluice.protos.inference.ModelInferResponse;
import dev.sluice.protos.inference.SystemSharedMemoryRegisterRequest;
import dev.sluice.protos.inference.SystemSharedMemoryStatusRequest;
import dev.sluice.protos.inference.SystemSharedMemoryStatusResponse;
import dev.sluice.protos.inference.SystemSharedMemoryUnregisterRequest;
import dev.sluice.tensor.DataType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Tensors in shared memory, and memory that is not what it was said to be. */
final class SharedMemoryInferTest {
  private static final int REGION_BYTES = 4096;

  @TempDir Path directory;
  private InferServer server;
  private GRPCInferenceServiceBlockingStub client;

  @BeforeEach
  void start() throws IOException {
    Files.createDirectories(directory.resolve("shm"));
    server = new InferServer(directory.resolve("shm"));
    server.add("m", 1, "x", DataType.FLOAT);
    server.add("s", 1, "x", DataType.STRING);
    client = GRPCInferenceServiceGrpc.newBlockingStub(server.channel);
    Files.write(file("a"), new byte[REGION_BYTES]);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Path file(String key) {
    return directory.resolve("shm").resolve(key);
  }

  private void write(long offset, ByteString bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(file("a").toFile(), "rw")) {
      file.seek(offset);
      file.write(bytes.toByteArray());
    }
  }

  private void register(String name, String key, long offset, long byteSize) {
    var _ =
        client.systemSharedMemoryRegister(
            SystemSharedMemoryRegisterRequest.newBuilder()
                .setName(name)
                .setKey(key)
                .setOffset(offset)
                .setByteSize(byteSize)
                .build());
  }

  private static String refused(Status.Code code, Executable call) {
    StatusRuntimeException refusal = assertThrows(StatusRuntimeException.class, call);
    assertEquals(code, refusal.getStatus().getCode(), refusal.getMessage());
    return String.valueOf(refusal.getStatus().getDescription());
  }

  private static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }

  private static InferParameter number(long value) {
    return InferParameter.newBuilder().setInt64Param(value).build();
  }

  private static ModelInferRequest.Builder request(
      String model, Datatype type, int elements, long inputBytes, long outputBytes) {
    return ModelInferRequest.newBuilder()
        .setModelName(model)
        .addInputs(
            ModelInferTest.input("x", type, elements)
                .putParameters("shared_memory_region", text("r"))
                .putParameters("shared_memory_byte_size", number(inputBytes)))
        .addOutputs(
            InferRequestedOutputTensor.newBuilder()
                .setName("x_out")
                .putParameters("shared_memory_region", text("r"))
                .putParameters("shared_memory_offset", number(1000))
                .putParameters("shared_memory_byte_size", number(outputBytes)));
  }

  @Test
  void inputsAndOutputsMayLieThere() throws IOException {
    register("r", "/a", 8, REGION_BYTES - 8);
    for (boolean strings : new boolean[] {false, true}) {
      ByteString values =
          strings ? ModelInferTest.strings("a", "") : ModelInferTest.floats(1.5f, -3);
      write(8, values);
      ModelInferResponse answer =
          client.modelInfer(
              request(
                      strings ? "s" : "m",
                      strings ? Datatype.BYTES : Datatype.FP32,
                      2,
                      values.size(),
                      100)
                  .build());
      byte[] written =
          Arrays.copyOfRange(Files.readAllBytes(file("a")), 1008, 1008 + values.size());
      assertArrayEquals(values.toByteArray(), written);
      assertEquals(ByteString.EMPTY, answer.getRawOutputContents(0));
      assertEquals(
          number(values.size()),
          answer.getOutputs(0).getParametersOrThrow("shared_memory_byte_size"));
      assertEquals(number(1000), answer.getOutputs(0).getParametersOrThrow("shared_memory_offset"));
    }
  }

  @Test
  void onlySingleNamesWithinTheFilesAreAccepted() throws IOException {
    Files.writeString(directory.resolve("secret"), "not for clients");
    Files.createSymbolicLink(file("link"), directory.resolve("secret"));
    Files.createDirectory(file("folder"));
    for (String key :
        new String[] {
          "", "/", ".", "..", "../secret", "/../secret", "a/b", "link", "folder", "b"
        }) {
      refused(Status.Code.INVALID_ARGUMENT, () -> register("r", key, 0, 4));
    }
    assertTrue(
        refused(Status.Code.INVALID_ARGUMENT, () -> register("r", "/a", 1, REGION_BYTES))
            .contains("within the 4096 bytes of its memory, found 1 and 4096"));
    refused(Status.Code.INVALID_ARGUMENT, () -> register("r", "/a", 0, 0));
    refused(Status.Code.INVALID_ARGUMENT, () -> register("r", "/a", -1, 4));
    refused(Status.Code.INVALID_ARGUMENT, () -> register("r", "/a", 0, -1));
    refused(Status.Code.INVALID_ARGUMENT, () -> register("", "/a", 0, 4));
  }

  @Test
  void aRegionHasOneNameUntilItIsUnregistered() {
    register("r", "/a", 0, 16);
    refused(Status.Code.ALREADY_EXISTS, () -> register("r", "/a", 0, 16));
    register("q", "a", 16, 16);
    assertEquals(Set.of("r", "q"), status("").keySet());
    assertEquals(16, Objects.requireNonNull(status("q").get("q")).getOffset());
    var _ =
        client.systemSharedMemoryUnregister(
            SystemSharedMemoryUnregisterRequest.newBuilder().setName("r").build());
    refused(Status.Code.NOT_FOUND, () -> status("r"));
    assertEquals(Set.of("q"), status("").keySet());
    var _ =
        client.systemSharedMemoryUnregister(
            SystemSharedMemoryUnregisterRequest.getDefaultInstance());
    assertEquals(Set.of(), status("").keySet());
  }

  private Map<String, SystemSharedMemoryStatusResponse.RegionStatus> status(String name) {
    return client
        .systemSharedMemoryStatus(
            SystemSharedMemoryStatusRequest.newBuilder().setName(name).build())
        .getRegionsMap();
  }

  @Test
  void tensorsMustLieWithinTheirRegion() {
    refused(
        Status.Code.NOT_FOUND,
        () -> client.modelInfer(request("m", Datatype.FP32, 2, 8, 100).build()));
    register("r", "/a", 0, 1010);
    assertTrue(
        refused(
                Status.Code.INVALID_ARGUMENT,
                () -> client.modelInfer(request("m", Datatype.FP32, 2, 8, 11).build()))
            .contains("expected tensors within its 1010 bytes, found 11 bytes at offset 1000"));
    assertTrue(
        refused(
                Status.Code.INVALID_ARGUMENT,
                () -> client.modelInfer(request("m", Datatype.FP32, 2, 8, 7).build()))
            .contains("expected at least 8 bytes"));
    assertTrue(
        refused(
                Status.Code.INVALID_ARGUMENT,
                () -> client.modelInfer(request("m", Datatype.FP32, 2, 7, 8).build()))
            .contains("expected 2 elements of 4 bytes"));
  }

  @Test
  void aFileThatBecomesShorterCostsOneRequest() throws IOException {
    register("r", "/a", 0, REGION_BYTES);
    try (RandomAccessFile file = new RandomAccessFile(file("a").toFile(), "rw")) {
      file.setLength(4);
    }
    assertTrue(
        refused(
                Status.Code.INVALID_ARGUMENT,
                () -> client.modelInfer(request("m", Datatype.FP32, 2, 8, 8).build()))
            .contains("its memory has become shorter"));
    assertTrue(
        refused(
                Status.Code.INVALID_ARGUMENT,
                () -> client.modelInfer(request("m", Datatype.FP32, 1, 4, 8).build()))
            .contains("its memory has become shorter"));
    assertEquals(4, Files.size(file("a")), "an output must not make the file longer");
  }
}
