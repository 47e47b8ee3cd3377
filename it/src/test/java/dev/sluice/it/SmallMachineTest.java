package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.UnsafeByteOperations;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import dev.sluice.protos.serving.PredictionServiceGrpc.PredictionServiceBlockingStub;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.TensorProto;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * A server whose heap has some 120 MB, as on a machine of 512 MB: messages larger than the heap
 * must neither need it nor be stopped by limits that follow from its size.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
class SmallMachineTest {
  private static final int MIB = 1 << 20;

  private ServerProcess server;
  private ManagedChannel channel;

  @BeforeAll
  void start() throws Exception {
    server =
        ServerProcess.launch(
            List.of("-XX:MaxRAM=512m"),
            "--model_name=half",
            "--model_base_path=" + Models.path("half_plus_two"));
    server.awaitReady();
    channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort())
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
  }

  @AfterAll
  void stop() throws Exception {
    channel.shutdownNow();
    server.terminate();
    assertEquals(0, server.exitCode());
    assertFalse(String.join("\n", server.log()).contains("OutOfMemory"), server.log()::toString);
    server.close();
  }

  private PredictionServiceBlockingStub stub() {
    return PredictionServiceGrpc.newBlockingStub(channel);
  }

  /** Returns a request for as many answers, all of the one value that it holds. */
  private static PredictRequest repeated(int floats) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(DataType.DT_FLOAT);
    tensor.addFloatVal(3f).getTensorShapeBuilder().addDimBuilder().setSize(floats);
    return PredictRequest.newBuilder()
        .setModelSpec(ModelSpec.newBuilder().setName("half"))
        .putInputs("x", tensor.build())
        .build();
  }

  @Test
  void anAnswerMayBeLargerThanTheHeap() {
    TensorProto y = stub().predict(repeated(40 * MIB)).getOutputsOrThrow("y");
    assertEquals(40 * MIB, y.getFloatValCount());
    assertEquals(y.getFloatVal(0), y.getFloatVal(40 * MIB - 1));
  }

  @Test
  void aCompressedMessageMayExpandBeyondTheHeap() {
    PredictRequest request =
        repeated(1).toBuilder()
            .putInputs(
                "unknown",
                TensorProto.newBuilder()
                    .setTensorContent(UnsafeByteOperations.unsafeWrap(new byte[300 * MIB]))
                    .build())
            .build();
    StatusRuntimeException refused =
        assertThrows(
            StatusRuntimeException.class, () -> stub().withCompression("gzip").predict(request));
    assertEquals(Status.Code.INVALID_ARGUMENT, refused.getStatus().getCode(), refused::toString);
    assertEquals(1, stub().predict(repeated(1)).getOutputsOrThrow("y").getFloatValCount());
  }
}
